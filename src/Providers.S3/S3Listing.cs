using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>Reads one listing, page by page.</summary>
internal sealed class S3Listing(S3Driver driver, ListRequest request)
{
    private const int LargestPage = 1000;

    private readonly string _directory = driver.Keys.DirectoryKey(request.Directory);

    public async IAsyncEnumerable<IReadOnlyList<StoreEntry>> PagesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!S3Keys.Fits(_directory + request.NamePrefix))
            yield break;
        string? token = null;
        do
        {
            var response = await driver.Client.ListObjectsV2Async(
                new()
                {
                    BucketName = driver.Keys.Bucket,
                    Prefix = _directory + request.NamePrefix,
                    Delimiter = request.Recursive ? null : "/",
                    StartAfter = token is null && request.StartAfter is { } after ? driver.Keys.OfOrderKey(after) : null,
                    ContinuationToken = token,
                    // XML cannot represent some characters of keys.
                    Encoding = EncodingType.Url,
                    MaxKeys = request.Limit is { } limit ? Math.Clamp(limit, 1, LargestPage) : LargestPage,
                    RequestPayer = driver.Payer,
                },
                cancellationToken).ConfigureAwait(false);
            yield return PageOf(response);
            token = response.IsTruncated == true ? response.NextContinuationToken : null;
        }
        while (token is not null);
    }

    private List<StoreEntry> PageOf(ListObjectsV2Response response)
    {
        var page = new List<StoreEntry>((response.S3Objects?.Count ?? 0) + (response.CommonPrefixes?.Count ?? 0));
        var isEncoded = response.Encoding == EncodingType.Url;
        foreach (var item in response.S3Objects ?? [])
        {
            if (driver.Keys.Listed(S3Keys.Decoded(item.Key, isEncoded), item.Size ?? 0, request) is not { } found)
                continue;
            page.Add(found.Kind == EntryKind.Directory
                ? new() { Path = found.Path, Kind = EntryKind.Directory, Modified = S3Driver.Time(item.LastModified) }
                : new() { Path = found.Path, Length = item.Size ?? 0, ETag = item.ETag, Modified = S3Driver.Time(item.LastModified) });
        }
        foreach (var prefix in response.CommonPrefixes ?? [])
        {
            if (driver.Keys.ListedDirectory(S3Keys.Decoded(prefix, isEncoded), request) is { } path)
                page.Add(new() { Path = path, Kind = EntryKind.Directory });
        }
        // Objects and common prefixes are returned as two ordered lists.
        if (response.CommonPrefixes is { Count: > 0 } && response.S3Objects is { Count: > 0 })
            page.Sort(static (a, b) => Utf8Order.Compare(a.OrderKey, b.OrderKey));
        // If the start is inside a directory, the service returns that directory again.
        if (request.StartAfter is { } after)
            page.RemoveAll(e => Utf8Order.Compare(e.OrderKey, after) <= 0);
        return page;
    }
}
