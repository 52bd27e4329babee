using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using Cairn.Engine;
using Cairn.Errors;
using Cairn.Transfers;

namespace Cairn.LocalFiles;

/// <summary>A local folder that is read as a tree. The same rule determines for all callers which entries are files.</summary>
/// <remarks>
/// A file is a regular file, or a link to one (unless links are skipped). A link to a folder is followed if requested; otherwise, it is left out, like a
/// link without a target. Pipes, sockets, devices, unreadable folders and names that are not valid in a path are left out. All entries that are left out are
/// reported.
/// </remarks>
/// <param name="folder">The folder.</param>
/// <param name="links">The handling of links.</param>
/// <param name="unlisted">Called for each entry that is left out.</param>
internal sealed class LocalSource(string folder, LinkHandling links, Action<UnlistedEntry> unlisted) : TreeSource
{
    private readonly string _root = Path.GetFullPath(folder);

    public string FullName(StorePath path) => path.IsRoot ? _root : Path.Join(_root, OperatingSystem.IsWindows() ? path.Value.Replace('/', '\\') : path.Value);

    private StoreUri UriOf(StorePath path) => StoreUri.FromLocalPath(_root) / path;

    /// <inheritdoc/>
    /// <exception cref="StoreException">NotFound: the folder does not exist. PermissionDenied: the folder cannot be read.</exception>
    public override async IAsyncEnumerable<TransferItem> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Reading a folder blocks, so it runs on another thread.
        await Task.Yield();
        if (LocalFile.Look(_root, follow: true) is not { Kind: LocalFileKind.Directory } root)
            throw Failure(StoreErrorCode.NotFound, "it is not a folder");
        var open = new Stack<Level>();
        open.Push(Read(StorePath.Root, root.Identity));
        while (open.TryPeek(out var level))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!level.TryNext(out var entry))
            {
                open.Pop();
                if (level is { IsEmpty: true, Path.IsRoot: false })
                    yield return new(level.Path, true, 0, null);
            }
            else if (!entry.IsFolder)
            {
                level.IsEmpty = false;
                yield return new(entry.Path, false, entry.Facts.Length, null) { Modified = entry.Facts.Modified };
            }
            else if (links == LinkHandling.Follow && open.Any(above => above.Identity == entry.Facts.Identity))
                LeaveOut(entry.Path, UnlistedKind.Link, "it is a symbolic link to a folder that it lies in");
            else
            {
                level.IsEmpty = false;
                open.Push(ReadBelow(entry));
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<Stream> OpenReadAsync(TransferItem item, CancellationToken cancellationToken) => new(LocalFile.OpenRead(FullName(item.Path)));

    /// <inheritdoc/>
    protected override async ValueTask CopyFileAsync(TransferItem item, StoreCore target, StorePath to, WriteMode mode, Action<long>? progress, CancellationToken cancellationToken) =>
        await LocalFileUpload.RunAsync(target, FullName(item.Path), to, mode, null, null, progress, cancellationToken, isSeen: true).ConfigureAwait(false);

    private static FileSystemEnumerable<string> NamesIn(string folder) => new(
        folder, (ref FileSystemEntry e) => e.FileName.ToString(), new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false });

    private Level Read(StorePath path, string identity)
    {
        var full = FullName(path);
        var entries = new List<Entry>();
        try
        {
            foreach (var name in NamesIn(full))
            {
                if (Look(path, Path.Join(full, name), name) is { } entry)
                    entries.Add(entry);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && path.IsRoot)
        {
            throw new StoreException(LocalFaults.Of(e, full), e).WithContext(StoreOperations.List, UriOf(path));
        }
        entries.Sort(static (a, b) => Utf8Order.Compare(a.Key, b.Key));
        return new(path, identity, entries);
    }

    /// <summary>Reads a folder of the tree. An unreadable folder is reported and treated as empty.</summary>
    private Level ReadBelow(Entry folder)
    {
        try
        {
            return Read(folder.Path, folder.Facts.Identity);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unlisted(new(folder.Path.Parent, folder.Path.Name, UnlistedKind.Unreadable, e));
            return new(folder.Path, folder.Facts.Identity, []);
        }
    }

    /// <summary>Returns the entry for a name in a folder, or null if it is left out.</summary>
    private Entry? Look(StorePath parent, string full, string name)
    {
        // Names are bytes in the system: bytes that are not text are represented by this character.
        if (!StorePath.TryParse(name, out var segment) || (name.Contains('\uFFFD', StringComparison.Ordinal) && LocalFile.Look(full, follow: false) is null))
        {
            unlisted(new(parent, ErrorText.Escape(name), UnlistedKind.Unnameable,
                new StoreException(StoreErrorCode.PathConflict, $"it holds the name '{ErrorText.Escape(name)}', which no path can hold")));
            return null;
        }
        var path = parent / segment;
        LocalFileFacts? facts = null;
        try
        {
            facts = LocalFile.Look(full, follow: false);
            if (facts is { Kind: LocalFileKind.Link })
            {
                facts = links == LinkHandling.Skip ? null : LocalFile.Look(full, follow: true);
                if (ProblemOfLink(facts) is { } problem)
                {
                    LeaveOut(path, UnlistedKind.Link, problem);
                    return null;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unlisted(new(parent, name, UnlistedKind.Unreadable, e));
            return null;
        }
        switch (facts?.Kind)
        {
            case null:
                // The entry was removed after the folder was read.
                return null;
            case LocalFileKind.File or LocalFileKind.Directory:
                return new(path, facts.Value, facts.Value.Kind == LocalFileKind.Directory ? name + "/" : name);
            default:
                LeaveOut(path, UnlistedKind.Special, facts.Value.Problem!);
                return null;
        }
    }

    /// <summary>Returns the reason why a link is left out, or null if it is followed.</summary>
    private string? ProblemOfLink(LocalFileFacts? target) => target?.Kind switch
    {
        LocalFileKind.File => null,
        LocalFileKind.Directory => links == LinkHandling.Follow ? null : "it is a symbolic link to a folder, which is not followed",
        null => "it is a symbolic link whose target does not exist",
        _ => "it is a symbolic link to something that is not a file",
    };

    private void LeaveOut(StorePath path, UnlistedKind kind, string reason) =>
        unlisted(new(path.Parent, path.Name, kind, new StoreException(StoreErrorCode.PathConflict, reason)));

    private StoreException Failure(StoreErrorCode code, string reason) =>
        new StoreException(code, reason).WithContext(StoreOperations.Upload, UriOf(StorePath.Root));

    private readonly record struct Entry(StorePath Path, LocalFileFacts Facts, string Key)
    {
        public bool IsFolder => Facts.Kind == LocalFileKind.Directory;
    }

    /// <summary>One folder on the path to the current one.</summary>
    private sealed class Level(StorePath path, string identity, List<Entry> entries)
    {
        private int _next;

        public StorePath Path => path;

        public string Identity => identity;

        /// <summary>Gets whether no entry of it has been found so far.</summary>
        public bool IsEmpty { get; set; } = true;

        public bool TryNext(out Entry entry)
        {
            entry = _next < entries.Count ? entries[_next] : default;
            return _next++ < entries.Count;
        }
    }
}
