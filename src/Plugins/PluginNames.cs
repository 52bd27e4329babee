using Cairn.Errors;

namespace Cairn.Plugins;

/// <summary>Accepts the file names of one package: relative, fit for every platform, and different from each other there too.</summary>
/// <remarks>Only ASCII: which other letters differ in case or in composition alone depends on the platform and its version.</remarks>
internal sealed class PluginNames(string origin)
{
    private readonly Dictionary<string, (string Path, bool IsFile)> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Accepts a relative path with <c>/</c>, and the folders above it.</summary>
    /// <exception cref="StoreException">It leaves the folder, cannot be held by every platform, or meets another one.</exception>
    public void Accept(string path)
    {
        if (!System.Text.Ascii.IsValid(path))
            throw Refuse(path, "a name in it is not plain ASCII");
        var start = 0;
        while (true)
        {
            var slash = path.IndexOf('/', start);
            var name = path.AsSpan(start, (slash < 0 ? path.Length : slash) - start);
            if (PortableNames.Problem(name) is { } problem)
                throw Refuse(path, $"a name in it {problem}");
            Take(slash < 0 ? path : path[..slash], slash < 0, path);
            if (slash < 0)
                return;
            start = slash + 1;
        }
    }

    private void Take(string path, bool isFile, string whole)
    {
        if (_taken.TryAdd(path, (path, isFile)))
            return;
        var other = _taken[path];
        if (!isFile && !other.IsFile && other.Path == path)
            return;
        throw other.Path == path && isFile && other.IsFile
            ? Refuse(whole, "it is there twice")
            : Refuse(whole, $"it meets '{ErrorText.Escape(other.Path)}' where names differ in case only, or a file and a folder share one name");
    }

    private StoreException Refuse(string path, string problem) => PluginErrors.BadPackage(origin, $"the entry '{ErrorText.Escape(path)}' is not accepted: {problem}");
}
