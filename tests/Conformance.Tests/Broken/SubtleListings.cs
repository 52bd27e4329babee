using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Truncates a segment to 100 characters.</summary>
internal sealed class CutsLongNames(StoreDriver inner) : BrokenNames(inner)
{
    protected override string Alias(string text) => string.Join('/', text.Split('/').Select(s => s.Length > 100 ? s[..100] : s));
}

/// <summary>Removes control characters from a name.</summary>
internal sealed class DropsControlCharacters(StoreDriver inner) : BrokenNames(inner)
{
    protected override string Alias(string text) => string.Concat(text.Where(c => !char.IsControl(c)));
}

/// <summary>Treats names that begin with a dot as hidden and does not list them.</summary>
internal sealed class HidesDotNames(StoreDriver inner) : FilteredListings(inner)
{
    protected override bool Keeps(StoreEntry entry, ListRequest request) => !entry.Path.Name.StartsWith('.');
}

/// <summary>Hides a directory if a file has the same name.</summary>
internal sealed class HidesDirectoriesBehindFiles(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var files = new HashSet<StorePath>();
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
        {
            files.UnionWith(page.Where(e => e.IsFile).Select(e => e.Path));
            yield return [.. page.Where(e => e.IsFile || !files.Contains(e.Path))];
        }
    }
}

/// <summary>Compares the name prefix with the last segment in recursive listings too.</summary>
internal sealed class MatchesPrefixesAgainstTheName(StoreDriver inner) : FilteredListings(inner)
{
    protected override ListRequest Ask(ListRequest request) => request.Recursive ? request with { NamePrefix = null } : request;

    protected override bool Keeps(StoreEntry entry, ListRequest request) =>
        !request.Recursive || request.NamePrefix is null || entry.Path.Name.StartsWith(request.NamePrefix, StringComparison.Ordinal);
}

/// <summary>Ignores case in name prefixes.</summary>
internal sealed class FoldsCaseOfPrefixes(StoreDriver inner) : FilteredListings(inner)
{
    protected override ListRequest Ask(ListRequest request) => request with { NamePrefix = null };

    protected override bool Keeps(StoreEntry entry, ListRequest request) =>
        request.NamePrefix is null || entry.Path.RelativeTo(request.Directory).Value.StartsWith(request.NamePrefix, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Compares positions with a directory's name without its slash.</summary>
internal sealed class ComparesPositionsWithoutTheSlash(StoreDriver inner) : FilteredListings(inner)
{
    protected override ListRequest Ask(ListRequest request) => request with { StartAfter = null };

    protected override bool Keeps(StoreEntry entry, ListRequest request) => request.StartAfter is null || Utf8Order.Compare(entry.Path.Value, request.StartAfter) > 0;
}

/// <summary>Applies the limit before it skips the entries up to the position.</summary>
internal sealed class CountsBeforeItFilters(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = request.Limit ?? int.MaxValue;
        await foreach (var page in Inner.ListAsync(request with { StartAfter = null }, cancellationToken))
        {
            yield return [.. page.Take(left).Where(e => request.StartAfter is null || Utf8Order.Compare(e.OrderKey, request.StartAfter) > 0)];
            if ((left -= page.Count) <= 0)
                yield break;
        }
    }
}

/// <summary>Lists an explicitly created directory as the first entry of its listing.</summary>
internal sealed class ListsTheDirectoryItself(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!request.Directory.IsRoot && request is { NamePrefix: null, StartAfter: null })
        {
            await foreach (var page in Inner.ListAsync(new ListRequest(request.Directory.Parent, Recursive: true), cancellationToken))
            {
                if (page.FirstOrDefault(e => e.IsDirectory && e.Path == request.Directory) is { } itself)
                    yield return [itself];
            }
        }
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
            yield return page;
    }
}

/// <summary>Lists a file as the content of a directory with the same name.</summary>
internal sealed class ListsAFileAsItsDirectory(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!request.Directory.IsRoot && request is { NamePrefix: null, StartAfter: null } && await Inner.StatAsync(request.Directory, cancellationToken) is { } file)
            yield return [file];
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
            yield return page;
    }
}

/// <summary>Lists files that are still being written, as empty files.</summary>
internal sealed class ListsUploadsInProgress(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly ConcurrentDictionary<StorePath, int> _uploads = new();

    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        var upload = await Inner.BeginUploadAsync(request, cancellationToken);
        _uploads.AddOrUpdate(request.Path, 1, (_, n) => n + 1);
        return new Upload(upload, this, request.Path);
    }

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = new List<StoreEntry>();
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
            all.AddRange(page);
        foreach (var (path, count) in _uploads)
        {
            if (count > 0 && path.Parent == request.Directory && request is { NamePrefix: null, StartAfter: null } && all.All(e => e.Path != path))
                all.Add(new StoreEntry { Path = path, ETag = "none" });
        }
        yield return [.. all.OrderBy(e => e.OrderKey, Utf8Order.Comparer)];
    }

    private sealed class Upload(StoreUpload inner, ListsUploadsInProgress owner, StorePath path) : DelegatingStoreUpload(inner)
    {
        private bool _ended;

        public override ValueTask DisposeAsync()
        {
            if (!_ended)
                owner._uploads.AddOrUpdate(path, 0, (_, n) => n - 1);
            _ended = true;
            return base.DisposeAsync();
        }
    }
}

/// <summary>Returns no versions in listings.</summary>
internal sealed class ListsWithoutVersions(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
            yield return [.. page.Select(e => new StoreEntry { Path = e.Path, Kind = e.Kind, Length = e.Length, Modified = e.Modified })];
    }
}

/// <summary>A driver that leaves entries out of its listings.</summary>
internal abstract class FilteredListings(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in Inner.ListAsync(Ask(request), cancellationToken))
            yield return [.. page.Where(e => Keeps(e, request))];
    }

    protected virtual ListRequest Ask(ListRequest request) => request;

    protected abstract bool Keeps(StoreEntry entry, ListRequest request);
}
