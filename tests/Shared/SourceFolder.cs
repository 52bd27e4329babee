namespace Cairn.Tests;

/// <summary>Folders of the repository, found above the place where the tests were built.</summary>
internal static class SourceFolder
{
    public static string Find(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Join(folder.FullName, "Cairn.slnx")))
                return Path.Join(folder.FullName, relative);
        }
        throw new InvalidOperationException($"There is no repository above {AppContext.BaseDirectory}.");
    }
}
