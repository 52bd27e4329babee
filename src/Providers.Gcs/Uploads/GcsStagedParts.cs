using System.Runtime.CompilerServices;
using Cairn.Providers;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>
/// Lists and removes the parts of composite uploads that were never composed. Resumable uploads cannot be listed; the service drops them after a week.
/// </summary>
internal sealed class GcsStagedParts(GcsDriver driver)
{
    private const string Fields = "kind,items(name,size,updated,metadata),nextPageToken";

    public async IAsyncEnumerable<StagedUpload> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StagedUpload? open = null;
        await foreach (var (id, item) in PartsAsync("", cancellationToken).ConfigureAwait(false))
        {
            if (open is not null && open.Id != id)
            {
                yield return open;
                open = null;
            }
            var written = item.UpdatedDateTimeOffset ?? DateTimeOffset.UnixEpoch;
            open = open is null
                ? new(id, PathOf(item), written, (long?)item.Size)
                : open with { Started = written > open.Started ? written : open.Started, Length = open.Length + (long?)item.Size };
        }
        if (open is not null)
            yield return open;
    }

    public async ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
    {
        if (id.Length != 24 || !id.All(char.IsAsciiHexDigitLower))
            throw new ArgumentException($"'{id}' is not a staged upload of this store.", nameof(id));
        var keys = new List<string>();
        await foreach (var (_, item) in PartsAsync(id + "/", cancellationToken).ConfigureAwait(false))
            keys.Add(item.Name!);
        var results = await driver.DeleteKeysAsync(keys, cancellationToken).ConfigureAwait(false);
        if (results.FirstOrDefault(r => r.Error is not null).Error is { } error)
            throw new StoreException(GcsErrors.Classify(error), error);
    }

    private async IAsyncEnumerable<(string Id, StorageObject Item)> PartsAsync(string below, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = driver.Keys.PartsPrefix;
        string? token = null;
        do
        {
            var page = await driver.ListPageAsync(prefix + below, null, null, null, token, Fields, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items ?? [])
            {
                var name = item.Name![prefix.Length..];
                if (name.IndexOf('/', StringComparison.Ordinal) is var slash and > 0)
                    yield return (name[..slash], item);
            }
            token = page.NextPageToken;
        }
        while (!string.IsNullOrEmpty(token));
    }

    private static StorePath? PathOf(StorageObject item) =>
        item.Metadata is { } metadata && metadata.TryGetValue(GcsMetadata.PartOf, out var text) && StorePath.TryParse(GcsMetadata.Decode(text), out var path) ? path : default(StorePath?);
}
