using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Text.Json;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>
/// One resumable upload ("Resumable uploads" in the reference): chunks in order, each except the last a multiple of 256 KiB. After a broken connection, the
/// service is asked for the received length, and the rest is sent.
/// </summary>
internal sealed class GcsSession
{
    private readonly GcsDriver _driver;
    private readonly Uri _url;
    private readonly Crc32 _crc = Crc32C.Begin();
    private long _counted;

    private GcsSession(GcsDriver driver, Uri url) => (_driver, _url) = (driver, url);

    public static async ValueTask<GcsSession> StartAsync(GcsDriver driver, string key, StorageObject resource, long? condition, CancellationToken cancellationToken)
    {
        resource.StorageClass = driver.Options.StorageClass;
        var start = driver.Addresses.Upload("resumable", key, condition, driver.Options.KmsKey);
        using var response = await driver.Client.RunAsync(
            (service, patience) =>
            {
                var message = new HttpRequestMessage(HttpMethod.Post, start) { Content = GcsBodies.Json(service.SerializeObject(resource), patience.Extend) };
                message.Headers.TryAddWithoutValidation("X-Upload-Content-Type", resource.ContentType ?? GcsKeys.NoContentType);
                return service.SendAsync(message, null, patience.Token);
            },
            cancellationToken).ConfigureAwait(false);
        return new(driver, SessionUrl(driver, GcsService.Header(response, "Location")));
    }

    /// <summary>Sends bytes that are not the last.</summary>
    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        Count(offset, data);
        if (await SendAsync(offset, data, null, cancellationToken).ConfigureAwait(false) is not null)
            throw new StoreException(StoreErrorCode.Unavailable, "the service completed an upload that is not finished");
    }

    /// <summary>Sends the last bytes, and completes the upload.</summary>
    public async ValueTask<(StorageObject Made, uint Crc)> FinishAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        Count(offset, data);
        var made = await SendAsync(offset, data, offset + data.Length, cancellationToken).ConfigureAwait(false);
        return (made ?? throw new StoreException(StoreErrorCode.Unavailable, "the service has received all bytes but does not complete the upload"), _crc.GetCurrentHashAsUInt32());
    }

    /// <summary>Cancels the upload. If the service cannot be reached, it drops the upload after a week.</summary>
    public async ValueTask CancelAsync()
    {
        using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var cancelled = _driver.Client.RunAsync(
            (service, patience) => service.SendAsync(new(HttpMethod.Delete, _url), static status => (int)status is 499 or 404 or 410, patience.Token), brief.Token).AsTask();
        await ((Task)cancelled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cancelled.IsCompletedSuccessfully)
            (await cancelled.ConfigureAwait(false)).Dispose();
    }

    /// <summary>Returns the URL of the session at the endpoint of the store: behind a proxy or a forwarder, the service returns a different host.</summary>
    private static Uri SessionUrl(GcsDriver driver, string? location)
    {
        if (location is null || !Uri.TryCreate(location, UriKind.Absolute, out var url))
            throw new StoreException(StoreErrorCode.Unavailable, "the service started an upload without returning its URL");
        return driver.Addresses.Endpoint == GcsSettings.Google ? url : new(driver.Addresses.Endpoint + url.PathAndQuery);
    }

    /// <summary>Adds bytes to the checksum that have not been added yet: a part may be written again after a failure.</summary>
    private void Count(long offset, ReadOnlyMemory<byte> data)
    {
        if (offset + data.Length <= _counted)
            return;
        _crc.Append(data.Span[(int)(_counted - offset)..]);
        _counted = offset + data.Length;
    }

    private async ValueTask<StorageObject?> SendAsync(long offset, ReadOnlyMemory<byte> data, long? total, CancellationToken cancellationToken)
    {
        var (end, at) = (offset + data.Length, offset);
        var attempts = _driver.Client.Begin();
        var ask = false;
        while (true)
        {
            TimeSpan delay;
            try
            {
                var (made, persisted) = await PutAsync(ask ? default : data[(int)(at - offset)..], at, total, ask, cancellationToken).ConfigureAwait(false);
                if (made is not null)
                    return made;
                if (persisted < offset || persisted > end)
                    throw new StoreException(StoreErrorCode.Unavailable, $"the service has received {persisted} bytes of an upload, but {offset} bytes were confirmed before");
                if (persisted > at)
                    attempts = _driver.Client.Begin();
                at = persisted;
                if (at == end && total is null)
                    return null;
                if (!ask && persisted < end)
                    throw new EndOfStreamException("The service received only a part of the chunk.");
                // All bytes were received, but the upload is not completed: a last request without bytes completes it.
                ask = false;
                continue;
            }
            catch (Exception e) when (attempts.MayRetry(e, cancellationToken, out delay))
            {
                ask = true;
            }
            await _driver.Client.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a chunk, or requests the received length.</summary>
    private async ValueTask<(StorageObject? Made, long Persisted)> PutAsync(ReadOnlyMemory<byte> data, long at, long? total, bool ask, CancellationToken cancellationToken)
    {
        var size = total?.ToString(CultureInfo.InvariantCulture) ?? "*";
        var range = ask ? "bytes */*" : data.IsEmpty ? $"bytes */{size}" : string.Create(CultureInfo.InvariantCulture, $"bytes {at}-{at + data.Length - 1}/{size}");
        return await _driver.Client.RunOnceAsync(
            async (service, patience) =>
            {
                var message = new HttpRequestMessage(HttpMethod.Put, _url) { Content = GcsBodies.Bytes(data, patience.Extend) };
                message.Content.Headers.TryAddWithoutValidation("Content-Range", range);
                if (total is not null && !ask)
                    message.Headers.TryAddWithoutValidation("x-goog-hash", "crc32c=" + Crc32C.ToBase64(_crc.GetCurrentHashAsUInt32()));
                using var response = await service.SendAsync(message, static status => status == HttpStatusCode.PermanentRedirect, patience.Token).ConfigureAwait(false);
                return response.StatusCode == HttpStatusCode.PermanentRedirect
                    ? ((StorageObject?)null, Persisted(response))
                    : (await GcsService.ReadResourceAsync(response, patience.Token).ConfigureAwait(false), 0L);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the received length: <c>Range: bytes=0-N</c>, or zero without this header.</summary>
    private static long Persisted(HttpResponseMessage response)
    {
        if (GcsService.Header(response, "Range") is not { } text)
            return 0;
        return text.StartsWith("bytes=0-", StringComparison.Ordinal) && long.TryParse(text.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? last + 1
            : throw new JsonException($"'{text}' is not a valid range of an upload.");
    }
}
