using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>Lists staged files, and removes those of killed writers. An active writer holds a lock on its file.</summary>
internal sealed class LocalLeftovers(LocalTree tree)
{
    private readonly Stack<StorePath> _pending = new([StorePath.Root]);

    /// <summary>Examines the next directory.</summary>
    /// <returns>The staged files in it, including those of active writers; null at the end of the tree.</returns>
    public IReadOnlyList<StagedUpload>? Next(CancellationToken cancellationToken)
    {
        if (!_pending.TryPop(out var path))
            return null;
        using var directory = tree.TryOpen(path);
        if (directory is null)
            return [];
        using var names = new NameList();
        directory.ReadNames(names, cancellationToken);
        var found = new List<StagedUpload>();
        for (var i = 0; i < names.Count; i++)
        {
            var key = names.KeyAt(i);
            if (names.KindAt(i) == LocalKind.Directory)
                _pending.Push(path / names.TextAt(i));
            else if (names.KindAt(i) == LocalKind.File && LocalPaths.IsStaged(key) && directory.Look(names, i) is { Kind: LocalKind.File } facts)
            {
                var name = names.TextAt(i);
                var target = LocalPaths.StagedTarget(name) is { } below ? path / below : (StorePath?)null;
                found.Add(new StagedUpload((path / name).Value, target, facts.Modified, facts.Length));
            }
        }
        return found;
    }

    /// <summary>Removes a staged file by its id. If its writer is still active, that writer fails.</summary>
    public static void Remove(LocalTree tree, string id)
    {
        if (!StorePath.TryParse(id, out var path) || !path.Name.StartsWith(LocalPaths.StagedPrefix, StringComparison.Ordinal))
            throw LocalErrors.NotStaged();
        using var directory = tree.TryOpen(path.Parent);
        if (directory is not null && directory.RemoveFile(path.Name))
            tree.Prune(path.Parent, directory, CancellationToken.None);
    }

    /// <summary>Removes a staged file if its writer has ended and it has not been written for a long time. Leaves it if removal is not permitted.</summary>
    public static void RemoveIfStale(LocalTree tree, LocalDirectory directory, StorePath path, string name)
    {
        if (name.StartsWith(LocalPaths.StagedPrefix, StringComparison.Ordinal) && directory.Look(name) is { Kind: LocalKind.File } facts && facts.Modified < tree.StaleBefore)
            TryRemoveDead(tree, directory, path, name);
    }

    /// <summary>Removes the remains of killed writers from a directory that is to be removed.</summary>
    /// <returns>A description of the remaining staged content, or null if there is none.</returns>
    public static string? ClearDirectory(LocalTree tree, StorePath path)
    {
        using var directory = tree.TryOpen(path);
        if (directory is null)
            return null;
        using var names = new NameList();
        directory.ReadNames(names, CancellationToken.None);
        string? held = null;
        for (var i = 0; i < names.Count; i++)
        {
            if (!LocalPaths.IsReserved(names.KeyAt(i)))
                return $"'{names.TextAt(i)}'";
            if (LocalPaths.IsStaged(names.KeyAt(i)) && !TryRemoveDead(tree, directory, path, names.TextAt(i)))
                held = "the staged data of a write in progress";
        }
        return held;
    }

    private static bool TryRemoveDead(LocalTree tree, LocalDirectory directory, StorePath path, string name)
    {
        try
        {
            using var file = tree.FileSystem.OpenFile(path / name);
            if (file is not null && !tree.FileSystem.TryClaim(file))
                return false;
            directory.RemoveFile(name);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Removal is not permitted, or the file system is read-only: the file stays hidden until a permitted user removes it.
            return false;
        }
    }
}
