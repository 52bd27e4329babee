using System.Collections.Concurrent;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>The directories of one store: made on the way of a write, removed again when the last entry goes.</summary>
internal sealed class LocalTree(LocalFileSystem fileSystem, LocalOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>Directories that writers of this process are creating and have not flushed yet. A file in one of them is durable only when they are.</summary>
    private readonly ConcurrentDictionary<StorePath, int> _unflushed = [];

    /// <summary>How often an operation begins anew because others removed a directory under it.</summary>
    public const int MostTries = 1000;

    /// <summary>What lies below the root.</summary>
    public LocalFileSystem FileSystem { get; } = fileSystem;

    /// <summary>Whether completed means durable.</summary>
    public bool Flushes { get; } = options.Durability == LocalDurability.Full;

    /// <summary>Flushes for many writers at once.</summary>
    public FlushGroup Group { get; } = new(fileSystem.OpenVolume);

    /// <summary>What was written before this is stale when its writer is gone.</summary>
    public DateTimeOffset StaleBefore => clock.GetUtcNow() - options.StagedAge;

    /// <summary>The time to give to what is written now.</summary>
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>A file's facts as users see them.</summary>
    public static StoreEntry Describe(StorePath path, in LocalFacts facts, byte[]? attributes = null)
    {
        if (facts.Kind == LocalKind.Directory)
            return new StoreEntry { Path = path, Kind = EntryKind.Directory };
        var stored = LocalAttributes.Decode(attributes);
        return new StoreEntry
        {
            Path = path,
            Length = facts.Length,
            ETag = facts.ETag,
            Modified = facts.Modified,
            IsExecutable = facts.IsExecutable,
            ContentType = stored?.ContentType,
            Metadata = stored?.Metadata ?? (IReadOnlyDictionary<string, string>)System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty,
        };
    }

    /// <summary>Opens a directory where a missing one and one with a file in its way are both just not there.</summary>
    public LocalDirectory? TryOpen(StorePath path)
    {
        try
        {
            return FileSystem.OpenDirectory(path);
        }
        catch (NotADirectoryException)
        {
            return null;
        }
    }

    /// <summary>Opens the deepest of a directory and its parents that exists; makes the root when there is nothing at all.</summary>
    public LocalDirectory OpenNearest(StorePath path, out StorePath found)
    {
        found = path;
        if (FileSystem.OpenDirectory(path) is { } there)
            return there;
        found = path.Parent;
        if (FileSystem.OpenDirectory(found) is { } above)
            return above;
        // From the top, so that a deep path of which little exists costs little.
        found = StorePath.Root;
        var nearest = FileSystem.OpenDirectory(found);
        if (nearest is null)
        {
            FileSystem.CreateRoot(Flushes);
            nearest = FileSystem.OpenDirectory(found) ?? throw LocalErrors.NotFound();
        }
        foreach (var name in path.Segments)
        {
            LocalDirectory? below;
            try
            {
                below = FileSystem.OpenDirectory(found / name);
            }
            catch
            {
                nearest.Dispose();
                throw;
            }
            if (below is null)
                break;
            nearest.Dispose();
            (nearest, found) = (below, found / name);
        }
        return nearest;
    }

    /// <summary>Opens a directory, and makes it and its parents where they are missing; those go again with their last entry.</summary>
    public LocalDirectory Ensure(StorePath path)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            LocalDirectory? nearest = OpenNearest(path, out var found);
            while (nearest is not null && found != path)
            {
                using (nearest)
                    TryMakeNext(nearest, found, path, isImplicit: true);
                found /= path.RelativeTo(found).Segments[0];
                nearest = FileSystem.OpenDirectory(found);
            }
            if (nearest is null)
                continue;
            FlushParents(path);
            return nearest;
        }
        throw LocalErrors.NotFound();
    }

    /// <summary>Makes a directory that stays when it is empty.</summary>
    public void MakeDirectory(StorePath path, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var nearest = OpenNearest(path, out var found);
            if (found != path)
            {
                var isLast = path.Depth == found.Depth + 1;
                if (TryMakeNext(nearest, found, path, isImplicit: !isLast) && isLast)
                    return;
                continue;
            }
            using (nearest.Lock(exclusive: false, cancellationToken))
            {
                if (nearest.IsGone)
                    continue;
                if (nearest.IsImplicit)
                {
                    nearest.MakeExplicit();
                    if (Flushes)
                        nearest.Flush();
                }
            }
            FlushParents(path);
            return;
        }
        throw LocalErrors.NotFound();
    }

    /// <summary>Checks that a file may take the place of what stands at its path, under a condition. Exact when the caller holds the directory's lock.</summary>
    /// <returns>What stands there; null for nothing.</returns>
    public LocalFacts? CheckTarget(LocalDirectory parent, StorePath path, WriteMode mode)
    {
        var found = parent.Look(path.Name);
        if (found is { Kind: LocalKind.Link })
        {
            // A write takes the place of a link, never of what it leads to; yet a link out of the root is refused, so that its path has one meaning.
            found = FileSystem.Stat(path) ?? found;
        }
        if (found is { Kind: var kind } && (mode.Kind == WriteModes.CreateNew || kind is LocalKind.Directory or LocalKind.Special))
            throw LocalErrors.Taken(kind);
        if (mode.Kind == WriteModes.Match && found?.ETag != mode.ETag)
            throw LocalErrors.Changed(found?.ETag);
        return found;
    }

    /// <summary>Removes a directory that a write has made, and its parents that are alike, as far as they are empty; flushes the one that lost an entry.</summary>
    /// <param name="path">The directory that has lost an entry.</param>
    /// <param name="lost">That directory itself.</param>
    /// <param name="cancellationToken">Gives up waiting for a lock.</param>
    public void Prune(StorePath path, LocalDirectory lost, CancellationToken cancellationToken)
    {
        if (!TryPrune(path, lost, cancellationToken) && Flushes)
            lost.Flush();
    }

    /// <summary>Prunes what a write that came to nothing may have made.</summary>
    public void PruneUnused(StorePath path)
    {
        for (; !path.IsRoot; path = path.Parent)
        {
            using var directory = TryOpen(path);
            if (directory is not null)
            {
                TryPrune(path, directory, CancellationToken.None);
                return;
            }
        }
    }

    public void Dispose()
    {
        Group.Dispose();
        FileSystem.Dispose();
    }

    private bool TryPrune(StorePath path, LocalDirectory directory, CancellationToken cancellationToken)
    {
        if (path.IsRoot || !directory.IsImplicit || !directory.IsEmpty || TryOpen(path.Parent) is not { } parent)
            return false;
        using (parent)
        {
            using (directory.Lock(exclusive: true, cancellationToken))
            {
                if (!directory.IsImplicit || parent.RemoveDirectory(path.Name) != RemoveOutcome.Removed)
                    return false;
            }
            Prune(path.Parent, parent, cancellationToken);
            return true;
        }
    }

    private bool TryMakeNext(LocalDirectory nearest, StorePath found, StorePath path, bool isImplicit)
    {
        var name = path.RelativeTo(found).Segments[0];
        try
        {
            if (Flushes)
                _unflushed.AddOrUpdate(found / name, 1, static (_, makers) => makers + 1);
            if (!nearest.MakeDirectory(name, isImplicit))
            {
                // Made by another meanwhile, or a link that leads nowhere: a name that can be neither opened nor made.
                if (nearest.Look(name) is { Kind: LocalKind.Link } && FileSystem.Follow(found / name) is null)
                    throw LocalErrors.IsFile();
                return false;
            }
            if (Flushes)
                nearest.Flush();
            return true;
        }
        catch (FileNotFoundException)
        {
            // The directory went under us: begin anew.
            return false;
        }
        finally
        {
            if (Flushes)
                Leave(found / name);
        }
    }

    /// <summary>Flushes what holds the directories of a path that others are creating: their creators may not have done so yet.</summary>
    private void FlushParents(StorePath path)
    {
        if (_unflushed.IsEmpty)
            return;
        for (; !path.IsRoot; path = path.Parent)
        {
            if (!_unflushed.ContainsKey(path))
                continue;
            using var parent = TryOpen(path.Parent);
            parent?.Flush();
        }
    }

    private void Leave(StorePath path)
    {
        while (_unflushed.TryGetValue(path, out var makers))
        {
            if (makers == 1 ? _unflushed.TryRemove(new(path, 1)) : _unflushed.TryUpdate(path, makers - 1, makers))
                return;
        }
    }
}
