using System.Collections.Concurrent;
using Cairn.Errors;

namespace Cairn.LocalFiles;

/// <summary>A local folder to which a tree is downloaded: maps object names to paths below it, and nowhere else.</summary>
public sealed class LocalTarget
{
    private readonly string _root;
    private readonly ArtifactStore _store;
    private readonly ConcurrentDictionary<string, bool> _made = new(StringComparer.Ordinal);

    /// <summary>Creates the folder if it does not exist.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="store">The store of the tree, for errors.</param>
    public LocalTarget(string root, ArtifactStore store)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentNullException.ThrowIfNull(store);
        _root = Path.GetFullPath(root);
        _store = store;
        Directory.CreateDirectory(_root);
        _made[_root] = true;
    }

    /// <summary>Returns the full name of a file below the root, and creates its folders.</summary>
    /// <param name="path">The path of the file, relative to the root of the tree.</param>
    /// <param name="source">The object, for errors.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: this platform does not support the name, or a symbolic link is in the
    /// way.</exception>
    public string PlaceFile(StorePath path, StorePath source)
    {
        Refuse(path, source);
        return Path.Join(path.Parent.IsRoot ? _root : MakeDirectory(path.Parent, source), path.Name);
    }

    /// <summary>Creates a folder below the root, and its parents.</summary>
    /// <param name="path">The path of the folder, relative to the root of the tree.</param>
    /// <param name="source">The object, for errors.</param>
    /// <returns>The full name.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: this platform does not support the name, or a symbolic link is in the
    /// way.</exception>
    public string MakeDirectory(StorePath path, StorePath source)
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
                throw _store.CreateException(StoreErrorCode.PathConflict, $"'{full}' is a symbolic link, which is not followed", StoreOperations.Download, source);
            info.Create();
            _made[full] = true;
        }
        return full;
    }

    private void Refuse(StorePath path, StorePath source)
    {
        if (!OperatingSystem.IsWindows())
            return;
        foreach (var segment in path.Segments)
        {
            if (PortableNames.Problem(segment) is { } problem)
                throw _store.CreateException(StoreErrorCode.PathConflict, $"this platform cannot hold the name '{ErrorText.Escape(segment)}', which {problem}", StoreOperations.Download, source);
        }
    }
}
