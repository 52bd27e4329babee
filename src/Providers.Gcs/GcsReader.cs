using System.Globalization;
using System.Net;
using Google;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>Opens the content of one generation, without decoding, through the JSON or XML API.</summary>
internal sealed class GcsReader(GcsDriver driver)
{
    /// <summary>
    /// The maximum length of a whole object that is read while it is opened: most of it arrives with the headers, and a background reader costs more than
    /// reading the bytes.
    /// </summary>
    private const int Small = 64 << 10;

    private const string MetadataPrefix = "x-goog-meta-";

    /// <summary>The number of times that a file can be replaced between two requests before the read fails.</summary>
    private const int MostReplaced = 5;

    private readonly bool _xml = driver.Options.Reads switch
    {
        GcsReads.Json => false,
        GcsReads.Xml => true,
        // The service and its private and regional endpoints; emulators support the JSON API.
        _ => new Uri(driver.Client.Endpoint).Host.EndsWith(".googleapis.com", StringComparison.OrdinalIgnoreCase),
    };

    public async ValueTask<Providers.StoreRead> OpenAsync(StorePath path, ByteRange range, long? generation, CancellationToken cancellationToken)
    {
        var key = driver.Keys.FileKey(path);
        if (!GcsKeys.IsHeld(key))
            throw new StoreException(StoreErrorCode.NotFound, "it does not exist");
        if (_xml)
            return await OpenAsync(path, null, range, generation, cancellationToken).ConfigureAwait(false);
        for (var replaced = 0; ; replaced++)
        {
            var resource = await ResourceAsync(key, generation, cancellationToken).ConfigureAwait(false);
            var facts = resource.ToInfo(path);
            if (range.LengthIn(facts.Length) == 0)
                return new(facts, Stream.Null);
            try
            {
                return await OpenAsync(path, facts, range, resource.Generation, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (generation is null && replaced < MostReplaced && GcsErrors.Classify(e).Code == StoreErrorCode.PreconditionFailed)
            {
                // The version changed between the two requests.
                continue;
            }
        }
    }

    /// <summary>Opens the rest of a body whose connection broke, in the same generation.</summary>
    public async ValueTask<HttpResponseMessage> ReopenAsync(StorePath path, string? generation, long offset, long length, CancellationToken cancellationToken)
    {
        var response = await SendAsync(path, new ByteRange(offset, length), generation is null ? null : GcsDriver.GenerationOf(generation), cancellationToken).ConfigureAwait(false);
        try
        {
            CheckStart(response, offset);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The documentation does not guarantee metadata in a download with the JSON API, so the resource is requested first.</summary>
    private async ValueTask<StorageObject> ResourceAsync(string key, long? generation, CancellationToken cancellationToken)
    {
        try
        {
            var resource = await driver.GetAsync(key, GcsDriver.Facts, cancellationToken).ConfigureAwait(false);
            return generation is null || resource.Generation == generation ? resource : throw new StoreException(StoreErrorCode.PreconditionFailed, "it has changed");
        }
        catch (GoogleApiException e) when (generation is not null && GcsErrors.IsMissing(e))
        {
            throw GcsErrors.Of(StoreErrorCode.PreconditionFailed, "it no longer exists", e);
        }
    }

    private async ValueTask<Providers.StoreRead> OpenAsync(StorePath path, StoreEntry? facts, ByteRange range, long? generation, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await SendAsync(path, range, generation, cancellationToken).ConfigureAwait(false);
        }
        catch (GoogleApiException e) when (e.HttpStatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && range.Offset == 0)
        {
            // An empty object has no byte 0, and the service reports an error; Cairn reads it as empty.
            response = await SendAsync(path, ByteRange.All, generation, cancellationToken).ConfigureAwait(false);
        }
        try
        {
            var info = facts ?? InfoOf(path, response);
            var length = range.LengthIn(info.Length);
            CheckStart(response, range.Offset);
            var body = new GcsBody(this, driver.Client, path, info, response, range.Offset, length);
            return new(info, length <= Small && length == info.Length ? await ReadAsync(body, (int)length, info.Checksum, cancellationToken).ConfigureAwait(false) : body);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async ValueTask<HttpResponseMessage> SendAsync(StorePath path, ByteRange range, long? generation, CancellationToken cancellationToken)
    {
        var key = driver.Keys.FileKey(path);
        var url = _xml ? driver.Addresses.Xml(key) : driver.Addresses.Media(key, generation);
        try
        {
            return await driver.Client.RunAsync(
                (service, patience) =>
                {
                    var message = new HttpRequestMessage(HttpMethod.Get, url);
                    // Accepting gzip makes the service send the stored content without decompressing it.
                    message.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
                    if (_xml)
                        message.Options.Set(GcsMarks.IsXml, true);
                    if (!range.IsAll)
                        message.Headers.TryAddWithoutValidation("Range", range.ToString());
                    if (_xml && generation is { } asked)
                        message.Headers.TryAddWithoutValidation("x-goog-if-generation-match", asked.ToString(CultureInfo.InvariantCulture));
                    return service.SendAsync(message, null, patience.Token);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (GoogleApiException e) when (generation is not null && GcsErrors.IsMissing(e))
        {
            throw GcsErrors.Of(StoreErrorCode.PreconditionFailed, "it no longer exists", e);
        }
    }

    private static void CheckStart(HttpResponseMessage response, long offset)
    {
        if ((response.Content.Headers.ContentRange?.From ?? 0) != offset)
            throw new StoreException(StoreErrorCode.Unavailable, "the service did not send the requested range");
    }

    private static async ValueTask<Stream> ReadAsync(GcsBody body, int length, Checksum? expected, CancellationToken cancellationToken)
    {
        await using var disposing = body.ConfigureAwait(false);
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        await body.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        if (expected is not null && Checksum.FromCrc32C(Crc32C.Compute(bytes)) is var came && came != expected)
            throw new StoreException(new StoreFault(StoreErrorCode.IntegrityFailure,
                $"the received content has the checksum {came}, but the service has stored {expected}")
            { Advice = "Read the file again." });
        return new MemoryStream(bytes, writable: false);
    }

    /// <summary>
    /// Returns the metadata in a response of the XML API. The documentation does not guarantee the checksum of the whole object in the response to a range.
    /// </summary>
    private static StoreEntry InfoOf(StorePath path, HttpResponseMessage response)
    {
        var content = response.Content.Headers;
        var length = content.ContentRange?.Length
            ?? (long.TryParse(GcsService.Header(response, "x-goog-stored-content-length"), NumberStyles.None, CultureInfo.InvariantCulture, out var stored) ? stored : content.ContentLength ?? 0);
        return new()
        {
            Path = path,
            Length = length,
            ETag = GcsService.Header(response, "x-goog-generation"),
            Modified = content.LastModified,
            ContentType = content.NonValidated.TryGetValues("Content-Type", out var type) ? type.First() : null,
            Metadata = MetadataOf(response),
            Checksum = response.Headers.NonValidated.TryGetValues("x-goog-hash", out var hashes) ? GcsChecksum.FromHashHeader(hashes) : null,
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
}
