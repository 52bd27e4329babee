using System.Net;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

internal sealed partial class AzureDriver
{
    private const int MostInPage = 5000;
    private const int FirstPages = 1000;

    /// <remarks>
    /// Entries before a start are read and discarded here: the service supports a start only in API versions that no emulator supports (decision 22).
    /// </remarks>
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = Keys.DirectoryKey(request.Directory) + request.NamePrefix;
        // A prefix may end with a dot.
        if (AzureKeys.Problem(Keys.DirectoryKey(request.Directory)) is not null || AzureKeys.Problem(prefix.TrimEnd('.')) is not null)
            yield break;
        // With a start, preceding entries are skipped, so smaller pages would only mean more requests.
        var size = request is { Limit: { } limit, StartAfter: null } ? Math.Clamp(limit, 1, MostInPage) : MostInPage;
        var order = new AzureOrder();
        await foreach (var page in PagesAsync(request, prefix.Length == 0 ? null : prefix, size, cancellationToken).ConfigureAwait(false))
        {
            if (request.StartAfter is { } after)
                page.RemoveAll(e => Utf8Order.Compare(e.OrderKey, after) <= 0);
            yield return order.Add(page);
        }
        yield return order.Rest();
    }

    /// <summary>Lists blobs that have only uncommitted blocks. The service does not list blocks staged over a committed blob.</summary>
    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = Keys.DirectoryKey(StorePath.Root);
        await foreach (var item in Clients.Container.GetBlobsAsync(new GetBlobsOptions { States = BlobStates.Uncommitted, Prefix = prefix.Length == 0 ? null : prefix }, cancellationToken)
            .ConfigureAwait(false))
        {
            // In the listing it looks like an empty blob, but a request for it reports that it does not exist.
            if (item.Properties.ContentLength is > 0 || await IsCommittedAsync(item.Name, cancellationToken).ConfigureAwait(false))
                continue;
            yield return new(item.Name, Keys.FromKey(item.Name)?.Path, item.Properties.LastModified ?? _time.GetUtcNow(), await StagedLengthAsync(item.Name, cancellationToken).ConfigureAwait(false));
        }
    }

    /// <remarks>
    /// The service has no request for this. Committing an empty block list under the condition that no blob exists drops the blocks and leaves an empty
    /// blob, which is deleted immediately.
    /// </remarks>
    public override async ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        if (!staged.Id.StartsWith(Keys.DirectoryKey(StorePath.Root), StringComparison.Ordinal))
            throw new ArgumentException($"'{staged.Id}' is not a staged upload of this store.", nameof(staged));
        if (await StagedLengthAsync(staged.Id, cancellationToken).ConfigureAwait(false) is null || await IsCommittedAsync(staged.Id, cancellationToken).ConfigureAwait(false))
            return;
        var commit = Requests.Create(RequestMethod.Put, Keys.UrlOf(staged.Id), ("comp", "blocklist"));
        commit.Request.Headers.Add("Content-Type", "application/xml");
        commit.Request.Headers.Add("If-None-Match", "*");
        Requests.SetEncryption(commit);
        Requests.SetBody(commit, "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList></BlockList>"u8.ToArray());
        var committed = await Requests.TrySendAsync(commit, cancellationToken).ConfigureAwait(false);
        // The blob was published in the meantime: its blocks are no longer staged.
        if (committed.Status is (int)HttpStatusCode.Conflict or (int)HttpStatusCode.PreconditionFailed)
            return;
        if (AzureRequests.IsFailure(committed))
            throw AzureRequests.Failure(committed);
        var delete = Requests.Create(RequestMethod.Delete, Keys.UrlOf(staged.Id));
        delete.Request.Headers.Add("If-Match", committed.Headers.ETag!.Value.ToString("H"));
        var deleted = await Requests.TrySendAsync(delete, cancellationToken).ConfigureAwait(false);
        // The blob was written or deleted by another program in the meantime and belongs to that program.
        if (AzureRequests.IsFailure(deleted) && deleted.Status is not ((int)HttpStatusCode.NotFound or (int)HttpStatusCode.PreconditionFailed))
            throw AzureRequests.Failure(deleted);
    }

    private async IAsyncEnumerable<List<StoreEntry>> PagesAsync(ListRequest request, string? prefix, int size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Directories of accounts with a hierarchical namespace, and directories created by Hadoop's driver, look like blobs except for their metadata.
        const BlobTraits Traits = BlobTraits.Metadata;
        var folders = new AzureFolders();
        string? token = null;
        for (var number = 0; number == 0 || token is not null; number++)
        {
            // The first pages are small: a reader that stops early costs little, and one that continues loses nothing.
            var wanted = number < 2 ? Math.Min(size, FirstPages) : size;
            var entries = new List<StoreEntry>();
            string? last;
            if (request.Recursive)
            {
                var page = await FirstAsync(Clients.Container.GetBlobsAsync(new GetBlobsOptions { Traits = Traits, Prefix = prefix }, cancellationToken).AsPages(token, wanted)).ConfigureAwait(false);
                foreach (var item in page.Values)
                    Add(entries, request, item);
                last = Relative(page.Values.LastOrDefault()?.Name);
                token = page.ContinuationToken;
            }
            else
            {
                var page = await FirstAsync(Clients.Container.GetBlobsByHierarchyAsync(
                    new GetBlobsByHierarchyOptions { Traits = Traits, Delimiter = "/", Prefix = prefix }, cancellationToken).AsPages(token, wanted)).ConfigureAwait(false);
                foreach (var item in page.Values.Where(static i => i.IsBlob))
                    Add(entries, request, item.Blob);
                var files = entries.Count;
                foreach (var item in page.Values.Where(static i => i.IsPrefix))
                {
                    if (Keys.ListedDirectory(item.Prefix, request) is { } path)
                        entries.Add(new() { Path = path, Kind = EntryKind.Directory });
                }
                last = page.Values.Count == 0 ? null : Relative(page.Values.Select(static i => i.IsBlob ? i.Blob.Name : i.Prefix).Max(StringComparer.Ordinal));
                // Blobs and prefixes are returned as two ordered lists.
                if (entries.Count > files && files > 0)
                    entries.Sort(static (a, b) => string.CompareOrdinal(a.OrderKey, b.OrderKey));
                token = page.ContinuationToken;
            }
            if (token is { Length: 0 })
                token = null;
            yield return folders.Add(entries, last);
        }
        yield return folders.Rest();
    }

    private string? Relative(string? key) => key?[Math.Min(key.Length, Keys.DirectoryKey(StorePath.Root).Length)..];

    private static async ValueTask<Page<T>> FirstAsync<T>(IAsyncEnumerable<Page<T>> pages)
        where T : notnull
    {
        var enumerator = pages.GetAsyncEnumerator();
        await using var disposing = enumerator.ConfigureAwait(false);
        return await enumerator.MoveNextAsync().ConfigureAwait(false) ? enumerator.Current : throw new InvalidOperationException("The SDK gave no page.");
    }

    private void Add(List<StoreEntry> entries, ListRequest request, BlobItem item)
    {
        var properties = item.Properties;
        if (Keys.Listed(item.Name, properties.ContentLength ?? 0, request) is not { } found)
            return;
        var isDirectory = found.Kind == EntryKind.Directory || (properties.ContentLength is null or 0 && item.Metadata is { } metadata && metadata.TryGetValue("hdi_isfolder", out var folder)
            && folder == "true");
        entries.Add(isDirectory
            ? new() { Path = found.Path, Kind = EntryKind.Directory, Modified = properties.LastModified }
            : new()
            {
                Path = found.Path,
                Length = properties.ContentLength ?? 0,
                ETag = properties.ETag?.ToString().Trim('"'),
                Modified = properties.LastModified,
                ContentType = properties.ContentType,
            });
    }

    private async ValueTask<bool> IsCommittedAsync(string key, CancellationToken cancellationToken)
    {
        var response = await Requests.TrySendAsync(Requests.Create(RequestMethod.Head, Keys.UrlOf(key)), cancellationToken).ConfigureAwait(false);
        if (!AzureRequests.IsFailure(response))
            return true;
        var failure = AzureRequests.Failure(response);
        return AzureErrors.IsMissing(failure) ? false : throw failure;
    }

    /// <summary>Returns the number of bytes staged for a blob, or null if there are none.</summary>
    private async ValueTask<long?> StagedLengthAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            BlockList list = await Clients.Container.GetBlockBlobClient(key).GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: cancellationToken).ConfigureAwait(false);
            return list.UncommittedBlocks.Any() ? list.UncommittedBlocks.Sum(static b => b.SizeLong) : null;
        }
        catch (RequestFailedException e) when (AzureErrors.IsMissing(e))
        {
            return null;
        }
    }
}
