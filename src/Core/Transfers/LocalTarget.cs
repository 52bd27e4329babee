using System.Collections.Concurrent;
using Cairn.Errors;

namespace Cairn.Transfers;

/// <summary>A local folder that a tree is downloaded into: places object names below it, and nowhere else.</summary>
internal sealed class LocalTarget
{
    private readonly string _root;
    private readonly ArtifactStore _store;
    private readonly ConcurrentDictionary<string, bool> _made = new(StringComparer.Ordinal);

    public LocalTarget(string root, ArtifactStore store)
    {
        _root = Path.GetFullPath(root);
        _store = store;
        Directory.CreateDirectory(_root);
        _made[_root] = true;
    }

    /// <summary>The full name of a file below the root; its folders are made.</summary>
    /// <param name="path">The file below the tree's root.</param>
    /// <param name="source">The object, for errors.</param>
    /// <exception cref="ArtifactStoreException"><see cref="StoreErrorCode.PathConflict"/>: this platform cannot hold the name, or a symbolic link stands in the way.</exception>
    public string PlaceFile(ArtifactPath path, ArtifactPath source)
    {
        Refuse(path, source);
        return Path.Join(path.Parent.IsRoot ? _root : MakeDirectory(path.Parent, source), path.Name);
    }

    /// <summary>Makes a folder below the root.</summary>
    public string MakeDirectory(ArtifactPath path, ArtifactPath source)
    {
        Refuse(path, source);
        var full = _root;
        foreach (var segment in path.Segments)
        {
            full = Path.Join(full, segment);
            if (_made.ContainsKey(full))
                continue;
            var info = new DirectoryInfo(full);
            if (info.LinkTarget is not null)
                throw _store.Failure(StoreErrorCode.PathConflict, $"'{full}' is a symbolic link, which is not followed", Operations.Download, source);
            info.Create();
            _made[full] = true;
        }
        return full;
    }

    private void Refuse(ArtifactPath path, ArtifactPath source)
    {
        if (!OperatingSystem.IsWindows())
            return;
        foreach (var segment in path.Segments)
        {
            if (PortableNames.Problem(segment) is { } problem)
                throw _store.Failure(StoreErrorCode.PathConflict, $"this platform cannot hold the name '{ArtifactPath.ForMessage(segment)}', which {problem}", Operations.Download, source);
        }
    }
}
