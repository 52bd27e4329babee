namespace Cairn.Tests;

/// <summary>Folders of the repository, found above the place where the tests were built.</summary>
internal static class SourceFolder
{
    /// <summary>Where a project that is a plugin lays it out, when it is built like the tests are.</summary>
    public static string BuiltPlugin(string project)
    {
        var built = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        return Path.Join([Find(project), .. built[^3..], "cairn-plugin"]);
    }

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
