using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>Finds what is staged, and removes what killed writers have left. A living writer holds a lock on its file.</summary>
internal sealed class LocalLeftovers(LocalTree tree)
{
    private readonly Stack<StorePath> _pending = new([StorePath.Root]);

    /// <summary>Looks into the next directory.</summary>
    /// <returns>What is staged in it, also by living writers; null when the whole tree has been seen.</returns>
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

    /// <summary>Removes a staged file by its id; its writer, if it lives, then fails.</summary>
    public static void Remove(LocalTree tree, string id)
    {
        if (!StorePath.TryParse(id, out var path) || !path.Name.StartsWith(LocalPaths.StagedPrefix, StringComparison.Ordinal))
            throw LocalErrors.NotStaged();
        using var directory = tree.TryOpen(path.Parent);
        if (directory is not null && directory.RemoveFile(path.Name))
            tree.Prune(path.Parent, directory, CancellationToken.None);
    }

    /// <summary>Removes a staged file whose writer is gone and that has not been written for long; leaves it where that may not be done.</summary>
    public static void RemoveIfStale(LocalTree tree, LocalDirectory directory, StorePath path, string name)
    {
        if (name.StartsWith(LocalPaths.StagedPrefix, StringComparison.Ordinal) && directory.Look(name) is { Kind: LocalKind.File } facts && facts.Modified < tree.StaleBefore)
            TryRemoveDead(tree, directory, path, name);
    }

    /// <summary>Removes what killed writers have left in a directory that is to go itself.</summary>
    /// <returns>What it still holds, in words; null when nothing of that kind was in the way.</returns>
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
                held = "the staged bytes of a write that is under way";
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
            // Not ours to remove, or on a read-only file system: it stays, hidden, and whoever may remove it does.
            return false;
        }
    }
}
