using Cairn.Errors;

namespace Cairn.Plugins;

/// <summary>Checks the file names of a package: they must be relative, valid on every platform, and distinct on every platform.</summary>
/// <remarks>Only ASCII is accepted, because the platform and its version determine which other names are equal except for case or composition.</remarks>
internal sealed class PluginNames(string origin)
{
    private readonly Dictionary<string, (string Path, bool IsFile)> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Checks a relative path with <c>/</c>, and the folders above it.</summary>
    /// <exception cref="StoreException">The path is outside the folder, not valid on every platform, or collides with another path.</exception>
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
            ? Refuse(whole, "it occurs twice")
            : Refuse(whole, $"it collides with '{ErrorText.Escape(other.Path)}', because the names differ only in case or because a file and a folder have the same name");
    }

    private StoreException Refuse(string path, string problem) => PluginErrors.BadPackage(origin, $"the entry '{ErrorText.Escape(path)}' is not accepted: {problem}");
}
