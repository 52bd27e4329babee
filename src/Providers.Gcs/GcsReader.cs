using System.Globalization;
using System.Net;

namespace Cairn.Providers.Gcs;

/// <summary>Opens content: one generation, never decoded, over the JSON or the XML API.</summary>
internal sealed class GcsReader(GcsDriver driver)
{
    /// <summary>A whole object up to this length is read while it is opened: most of it came with its head, and a reader in the background costs more than the bytes.</summary>
    private const int Small = 64 << 10;

    private const string MetadataPrefix = "x-goog-meta-";

    private static readonly (string, string) _asStored = ("Accept-Encoding", "gzip");

    private readonly bool _xml = driver.Options.Reads switch
    {
        GcsReads.Json => false,
        GcsReads.Xml => true,
        _ => driver.Client.Endpoint == GcsAddresses.Google,
    };

    public async ValueTask<Providers.StoreRead> OpenAsync(ArtifactPath path, ByteRange range, string? generation, CancellationToken cancellationToken)
    {
        if (!GcsKeys.IsHeld(driver.Keys.FileKey(path)))
            throw new ArtifactStoreException(StoreErrorCode.NotFound, "it does not exist");
        var response = await SendAsync(path, range, generation, cancellationToken).ConfigureAwait(false);
        try
        {
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                if (range.Offset > 0)
                    throw await GcsAnswers.RefusalAsync(response, driver.Client.Clock, cancellationToken).ConfigureAwait(false);
                // An empty object has no byte 0, and the service says so; here it reads as empty.
                response.Dispose();
                response = await SendAsync(path, ByteRange.All, generation, cancellationToken).ConfigureAwait(false);
            }
            var crc = Crc(response);
            var info = InfoOf(path, response, crc);
            var length = range.LengthIn(info.Length);
            CheckStart(response, range.Offset);
            var body = new GcsBody(this, driver.Client, path, info, response, range.Offset, length);
            return new(info, length <= Small && length == info.Length ? await ReadAsync(body, (int)length, crc, cancellationToken).ConfigureAwait(false) : body);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Opens the rest of a body whose connection broke, in the same generation.</summary>
    public async ValueTask<HttpResponseMessage> ReopenAsync(ArtifactPath path, string? generation, long offset, long length, CancellationToken cancellationToken)
    {
        var response = await SendAsync(path, new ByteRange(offset, length), generation, cancellationToken).ConfigureAwait(false);
        try
        {
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                throw await GcsAnswers.RefusalAsync(response, driver.Client.Clock, cancellationToken).ConfigureAwait(false);
            CheckStart(response, offset);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async ValueTask<HttpResponseMessage> SendAsync(ArtifactPath path, ByteRange range, string? generation, CancellationToken cancellationToken)
    {
        // gzip is accepted so that the service sends what is stored, and never unpacks it on the way.
        var headers = new List<(string, string)>(3) { _asStored };
        if (!range.IsAll)
            headers.Add(("Range", range.ToString()));
        if (_xml && generation is not null)
            headers.Add(("x-goog-if-generation-match", generation));
        var key = driver.Keys.FileKey(path);
        try
        {
            return await driver.Client.SendAsync(
                new(HttpMethod.Get, _xml ? driver.Addresses.Xml(key) : driver.Addresses.Object(key, ("alt", "media"), ("ifGenerationMatch", generation)))
                {
                    Headers = headers,
                    Accepts = static status => status == HttpStatusCode.RequestedRangeNotSatisfiable,
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (GcsException e) when (generation is not null && GcsErrors.IsMissing(e))
        {
            throw new ArtifactStoreException(new StoreFault(StoreErrorCode.PreconditionFailed, "it does not exist any more") { RequestId = e.RequestId }, e);
        }
    }

    private static void CheckStart(HttpResponseMessage response, long offset)
    {
        if ((response.Content.Headers.ContentRange?.From ?? 0) != offset)
            throw new ArtifactStoreException(StoreErrorCode.Unavailable, "the service sent another range than it was asked for");
    }

    private static async ValueTask<Stream> ReadAsync(GcsBody body, int length, uint? expected, CancellationToken cancellationToken)
    {
        await using var disposing = body.ConfigureAwait(false);
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        await body.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        if (expected is { } kept && Crc32C.Compute(bytes) is var came && came != kept)
        {
            throw new ArtifactStoreException(
                new StoreFault(StoreErrorCode.IntegrityFailure, $"the bytes that arrived are {GcsChecksum.Of(came)}, and the service keeps {GcsChecksum.Of(kept)}") { Advice = "Read it again." });
        }
        return new MemoryStream(bytes, writable: false);
    }

    private static ArtifactInfo InfoOf(ArtifactPath path, HttpResponseMessage response, uint? crc)
    {
        var content = response.Content.Headers;
        var length = content.ContentRange?.Length
            ?? (long.TryParse(GcsAnswers.Header(response, "x-goog-stored-content-length"), NumberStyles.None, CultureInfo.InvariantCulture, out var stored) ? stored : content.ContentLength ?? 0);
        return new()
        {
            Path = path,
            Length = length,
            ETag = GcsAnswers.Header(response, "x-goog-generation"),
            Modified = content.LastModified,
            ContentType = content.NonValidated.TryGetValues("Content-Type", out var type) ? type.First() : null,
            Metadata = MetadataOf(response),
            Checksum = crc is { } value ? GcsChecksum.Of(value) : null,
        };
    }

    private static IReadOnlyDictionary<string, string> MetadataOf(HttpResponseMessage response)
    {
        List<KeyValuePair<string, string>>? found = null;
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (name.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
                (found ??= []).Add(new(name[MetadataPrefix.Length..].ToLowerInvariant(), values.ToString()));
        }
        return GcsMetadata.FromResource(found);
    }

    private static uint? Crc(HttpResponseMessage response) => response.Headers.NonValidated.TryGetValues("x-goog-hash", out var hashes) ? GcsChecksum.FromHashHeader(hashes) : null;
}
