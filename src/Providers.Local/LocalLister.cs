using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>Lists a tree in order, page by page. Memory holds the names of one directory per level.</summary>
/// <remarks>
/// A link to a file is listed as that file. A link to a directory is neither listed nor entered, so a walk cannot loop, and removing a tree never affects
/// the targets of links. Links whose target does not exist or is outside the root are not listed either. <see cref="ListRequest.Unlisted"/> receives these
/// links.
/// </remarks>
internal sealed class LocalLister(LocalTree tree, StoreUri root, ListRequest request) : IDisposable
{
    private const int PageSize = 1000;

    private readonly Stack<Level> _levels = new();
    private readonly int _skip = request.Directory.IsRoot ? 0 : request.Directory.Value.Length + 1;
    private string? _after = request.StartAfter;
    private bool _begun;

    /// <summary>Reads the next page.</summary>
    /// <returns>The page, or null at the end.</returns>
    public IReadOnlyList<StoreEntry>? NextPage(CancellationToken cancellationToken)
    {
        if (!_begun)
        {
            _begun = true;
            Enter(request.Directory, cancellationToken);
        }
        cancellationToken.ThrowIfCancellationRequested();
        var most = Math.Clamp(request.Limit ?? PageSize, 1, PageSize);
        var page = new List<StoreEntry>(_levels.TryPeek(out var level) ? Math.Min(most, level.Names.Count) : 0);
        while (page.Count < most && _levels.TryPeek(out level))
        {
            if (level.Next == level.Names.Count || !level.IsOpen(tree))
                _levels.Pop().Dispose();
            else if (level.Names.KindAt(level.Next) == LocalKind.Directory)
                AddDirectory(level, page, cancellationToken);
            else
                AddFile(level, page);
        }
        return page.Count == 0 && _levels.Count == 0 ? null : page;
    }

    public void Dispose()
    {
        while (_levels.TryPop(out var level))
            level.Dispose();
    }

    private void AddFile(Level level, List<StoreEntry> page)
    {
        var index = level.Next++;
        if (LocalPaths.IsReserved(level.Names.KeyAt(index)))
        {
            LocalLeftovers.RemoveIfStale(tree, level.Directory!, level.Path, level.Names.TextAt(index));
            return;
        }
        if (level.Names.KindAt(index) == LocalKind.Unnameable)
        {
            var name = level.Names.KeyAt(index);
            LeaveOut(level.Path, LocalErrors.Escaped(name), UnlistedKind.Unnameable, LocalErrors.NameIsNotText(name));
            return;
        }
        var text = level.Prefix + level.Names.TextAt(index);
        if (!IsAfter(text) || !HasPrefix(text))
            return;
        var path = StorePath.Parse(text);
        var facts = level.Directory!.Look(level.Names, index);
        var isLink = facts is { Kind: LocalKind.Link };
        if (isLink)
            facts = tree.FileSystem.Follow(path);
        if (facts is { Kind: LocalKind.File } file)
            page.Add(LocalTree.Describe(path, file));
        else if (isLink)
            request.Unlisted?.Invoke(new(level.Path, path.Name, UnlistedKind.Link, LocalErrors.LinkIsNotListed(facts)));
        else if (facts is { Kind: LocalKind.Special })
            request.Unlisted?.Invoke(new(level.Path, path.Name, UnlistedKind.Special, LocalErrors.IsSpecial()));
    }

    private void AddDirectory(Level level, List<StoreEntry> page, CancellationToken cancellationToken)
    {
        var text = level.Prefix + level.Names.TextAt(level.Next++);
        var key = text + "/";
        var isAfter = IsAfter(key);
        if (!isAfter && !_after!.StartsWith(key, StringComparison.Ordinal))
            return;
        var path = StorePath.Parse(text);
        if (isAfter && HasPrefix(text))
            page.Add(new StoreEntry { Path = path, Kind = EntryKind.Directory });
        if (!request.Recursive || (!HasPrefix(text) && !request.NamePrefix!.AsSpan().StartsWith(key.AsSpan(_skip))))
            return;
        level.Close();
        try
        {
            Enter(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LeaveOut(path.Parent, path.Name, UnlistedKind.Unreadable, e);
        }
    }

    /// <summary>Reports an entry that cannot be listed if the caller requested that. Otherwise, an unreadable directory fails the listing.</summary>
    private void LeaveOut(StorePath directory, string name, UnlistedKind kind, Exception reason)
    {
        var failure = reason as StoreException ?? new StoreException(LocalErrors.Classify(reason), reason);
        if (request.Unlisted is { } tell)
            tell(new(directory, name, kind, failure));
        else if (kind == UnlistedKind.Unreadable)
            throw failure.WithContext("list", root / directory / name);
    }

    private void Enter(StorePath path, CancellationToken cancellationToken)
    {
        if (tree.TryOpen(path) is not { } directory)
            return;
        var level = new Level(path, directory);
        try
        {
            directory.ReadNames(level.Names, cancellationToken);
        }
        catch
        {
            level.Dispose();
            throw;
        }
        level.Names.Sort();
        _levels.Push(level);
    }

    private bool IsAfter(string key)
    {
        if (_after is null)
            return true;
        if (Utf8Order.Compare(key, _after) <= 0)
            return false;
        _after = null;
        return true;
    }

    private bool HasPrefix(string text) => request.NamePrefix is null || text.AsSpan(_skip).StartsWith(request.NamePrefix);

    /// <summary>One directory on the path to the current one; only the deepest is open.</summary>
    private sealed class Level(StorePath path, LocalDirectory directory) : IDisposable
    {
        public StorePath Path => path;

        public string Prefix { get; } = path.IsRoot ? "" : path.Value + "/";

        public NameList Names { get; } = new();

        public LocalDirectory? Directory { get; private set; } = directory;

        public int Next { get; set; }

        /// <summary>Reopens the directory if it was closed. Returns false if it no longer exists.</summary>
        public bool IsOpen(LocalTree tree) => (Directory ??= tree.TryOpen(path)) is not null;

        public void Close()
        {
            Directory?.Dispose();
            Directory = null;
        }

        public void Dispose()
        {
            Close();
            Names.Dispose();
        }
    }
}
