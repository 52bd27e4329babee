using System.Collections.Concurrent;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>The directories of one store: created by writes, and removed with their last entry.</summary>
internal sealed class LocalTree(LocalFileSystem fileSystem, LocalOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>
    /// The directories that writers of this process are creating and have not flushed yet. A file in one of them is durable only after they are flushed.
    /// </summary>
    private readonly ConcurrentDictionary<StorePath, int> _unflushed = [];

    /// <summary>Held while the root and its parents are created and flushed.</summary>
    private readonly Lock _root = new();

    /// <summary>The maximum number of attempts of an operation whose directory is removed concurrently.</summary>
    public const int MostTries = 1000;

    /// <summary>Gets the file system below the root.</summary>
    public LocalFileSystem FileSystem { get; } = fileSystem;

    /// <summary>Gets whether a completed write is durable.</summary>
    public bool Flushes { get; } = options.Durability == LocalDurability.Full;

    /// <summary>Gets the group that flushes for many writers.</summary>
    public FlushGroup Group { get; } = new(fileSystem.OpenVolume);

    /// <summary>Gets the time before which a staged file is stale if its writer has ended.</summary>
    public DateTimeOffset StaleBefore => clock.GetUtcNow() - options.StagedAge;

    /// <summary>Gets the modified time for a new file.</summary>
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Creates the public metadata of a file.</summary>
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

    /// <summary>Opens a directory. Returns null if it does not exist or if a file is at its path.</summary>
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

    /// <summary>Opens the deepest existing directory of a path; creates the root if nothing exists.</summary>
    public LocalDirectory OpenNearest(StorePath path, out StorePath found)
    {
        found = path;
        if (FileSystem.OpenDirectory(path) is { } there)
            return there;
        found = path.Parent;
        if (FileSystem.OpenDirectory(found) is { } above)
            return above;
        // Starts at the top, so a deep path that mostly does not exist is cheap.
        found = StorePath.Root;
        var nearest = FileSystem.OpenDirectory(found);
        if (nearest is null)
        {
            CreateRoot();
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

    /// <summary>Opens a directory, and creates it and its parents if they are missing. They are removed with their last entry.</summary>
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

    /// <summary>Creates a directory that remains when it is empty.</summary>
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
                {
                    FlushParents(found);
                    return;
                }
                continue;
            }
            // Another one that finds the directory explicit must not return before the mark is flushed.
            using (nearest.Lock(exclusive: true, cancellationToken))
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

    /// <summary>Checks that a file may replace the entry at its path under a condition. Exact if the caller holds the lock of the directory.</summary>
    /// <returns>The existing entry, or null if there is none.</returns>
    public LocalFacts? CheckTarget(LocalDirectory parent, StorePath path, WriteMode mode)
    {
        var found = parent.Look(path.Name);
        if (found is { Kind: LocalKind.Link })
        {
            // A write replaces a link and never its target. A link to a target outside the root is refused, so the meaning of its path is unambiguous.
            found = FileSystem.Stat(path) ?? found;
        }
        if (found is { Kind: var kind } && (mode.Kind == WriteModes.CreateNew || kind is LocalKind.Directory or LocalKind.Special))
            throw LocalErrors.Taken(kind);
        if (mode.Kind == WriteModes.Match && found?.ETag != mode.ETag)
            throw LocalErrors.Changed(found?.ETag);
        return found;
    }

    /// <summary>
    /// Removes an empty directory that was created by a write, and its empty parents that were created in the same way. Flushes the directory that lost an
    /// entry.
    /// </summary>
    /// <param name="path">The path of the directory that has lost an entry.</param>
    /// <param name="lost">The directory.</param>
    /// <param name="cancellationToken">Cancels waiting for a lock.</param>
    public void Prune(StorePath path, LocalDirectory lost, CancellationToken cancellationToken)
    {
        if (!TryPrune(path, lost, cancellationToken) && Flushes)
            lost.Flush();
    }

    /// <summary>Removes the directories that an abandoned write may have created.</summary>
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
                Enter(found / name);
            if (!nearest.MakeDirectory(name, isImplicit))
            {
                // Created concurrently, or a link without a target: a name that can be neither opened nor created.
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
            // The directory was removed concurrently: start over.
            return false;
        }
        finally
        {
            if (Flushes)
                Leave(found / name);
        }
    }

    private void CreateRoot()
    {
        if (!Flushes)
        {
            FileSystem.CreateRoot(flush: false);
            return;
        }
        Enter(StorePath.Root);
        try
        {
            lock (_root)
                FileSystem.CreateRoot(flush: true);
        }
        finally
        {
            Leave(StorePath.Root);
        }
    }

    /// <summary>
    /// Flushes the parents of directories that other writers are creating, because those writers may not have flushed them yet. Waits for a writer that is creating the
    /// root.
    /// </summary>
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
        if (_unflushed.ContainsKey(StorePath.Root))
        {
            lock (_root)
            {
            }
        }
    }

    private void Enter(StorePath path) => _unflushed.AddOrUpdate(path, 1, static (_, makers) => makers + 1);

    private void Leave(StorePath path)
    {
        while (_unflushed.TryGetValue(path, out var makers))
        {
            if (makers == 1 ? _unflushed.TryRemove(new(path, 1)) : _unflushed.TryUpdate(path, makers - 1, makers))
                return;
        }
    }
}
