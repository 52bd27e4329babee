using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Storage.Sas;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>
/// A copy made by the service: one Copy Blob From URL or, above its limit, blocks with Put Block From URL. No content passes through the client.
/// </summary>
internal sealed class AzureCopy
{
    /// <summary>The maximum length of one Copy Blob From URL.</summary>
    public const long LargestSingleCopy = 256L << 20;

    private const long LeastBlock = 100L << 20;

    private static readonly TimeSpan SourceLifetime = TimeSpan.FromHours(12);

    /// <summary>The headers that a committed block list does not copy from its source.</summary>
    private static readonly (string Of, string To)[] ContentHeaders =
    [
        ("Content-Encoding", "x-ms-blob-content-encoding"), ("Content-Language", "x-ms-blob-content-language"),
        ("Content-Disposition", "x-ms-blob-content-disposition"), ("Cache-Control", "x-ms-blob-cache-control"),
    ];

    private readonly AzureDriver _driver;
    private readonly CopyRequest _request;
    private readonly AzureHead _source;
    private readonly AzureWriteId _writeId;

    public AzureCopy(AzureDriver driver, CopyRequest request, AzureHead source) =>
        (_driver, _request, _source, _writeId) = (driver, request, source, new(driver, request.Target, request.Mode));

    public async ValueTask<StoreEntry> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _source.Info.Length <= LargestSingleCopy
                ? await CopyOnceAsync(cancellationToken).ConfigureAwait(false)
                : await CopyBlocksAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (_writeId.MayBeOwnSuccess(e) && e is not RequestFailedException { ErrorCode: "SourceConditionNotMet" or "CannotVerifyCopySource" })
        {
            var (there, isOwn) = await _writeId.LookAsync(e, cancellationToken).ConfigureAwait(false);
            return isOwn ? there!.Info : throw _writeId.Refusal(e);
        }
    }

    private Uri Target => _driver.Keys.UrlOf(_request.Target);

    private async ValueTask<StoreEntry> CopyOnceAsync(CancellationToken cancellationToken)
    {
        var message = _driver.Requests.Create(RequestMethod.Put, Target);
        var headers = message.Request.Headers;
        headers.Add("x-ms-requires-sync", "true");
        headers.Add("Content-Length", "0");
        await SetSourceAsync(message, await SourceUrlAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (_writeId.Value is null)
            _driver.Requests.SetPlacement(message);
        else
            // Specified metadata replaces that of the source; the other properties are copied.
            _driver.Requests.SetProperties(message, null, _source.Info.Metadata, _writeId.Value, SourceCrc());
        AzureRequests.SetMode(message, _request.Mode);
        return Copied(await _driver.Requests.SendAsync(message, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<StoreEntry> CopyBlocksAsync(CancellationToken cancellationToken)
    {
        var length = _source.Info.Length;
        var size = Math.Max(LeastBlock, (length + AzureUpload.MostBlocks - 1) / AzureUpload.MostBlocks);
        var ids = new string[(length + size - 1) / size];
        var upload = RandomNumberGenerator.GetBytes(44);
        for (var i = 0; i < ids.Length; i++)
            ids[i] = Convert.ToBase64String([.. upload, (byte)(i >> 24), (byte)(i >> 16), (byte)(i >> 8), (byte)i]);
        var source = await SourceUrlAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Copies the first block alone: a service that does not support it reports that before the others begin.
            await CopyBlockAsync(source, ids[0], 0, size, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotImplemented)
        {
            // Azurite does not support Put Block From URL, and has no limit for a single copy.
            return await CopyOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _driver.Options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(1, ids.Length, parallel, async (i, token) => await CopyBlockAsync(source, ids[i], i * size, size, token).ConfigureAwait(false)).ConfigureAwait(false);
        return await CommitAsync(ids, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask CopyBlockAsync(Uri source, string id, long from, long size, CancellationToken cancellationToken)
    {
        var message = _driver.Requests.Create(RequestMethod.Put, Target, ("comp", "block"), ("blockid", id));
        message.Request.Headers.Add("Content-Length", "0");
        message.Request.Headers.Add("x-ms-source-range", string.Create(CultureInfo.InvariantCulture, $"bytes={from}-{Math.Min(from + size, _source.Info.Length) - 1}"));
        await SetSourceAsync(message, source, cancellationToken).ConfigureAwait(false);
        _driver.Requests.SetEncryption(message);
        await _driver.Requests.SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<StoreEntry> CommitAsync(string[] ids, CancellationToken cancellationToken)
    {
        var message = _driver.Requests.Create(RequestMethod.Put, Target, ("comp", "blocklist"));
        var headers = message.Request.Headers;
        headers.Add("Content-Type", "application/xml");
        _driver.Requests.SetBody(message, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{string.Concat(ids.Select(id => $"<Latest>{id}</Latest>"))}</BlockList>"));
        _driver.Requests.SetProperties(message, _source.Info.ContentType, _source.Info.Metadata, _writeId.Value, SourceCrc());
        foreach (var (of, to) in ContentHeaders)
        {
            if (_source[of] is { Length: > 0 } value)
                headers.Add(to, value);
        }
        if (_source.Info.Checksum is { Algorithm: "md5" } md5)
            headers.Add("x-ms-blob-content-md5", Convert.ToBase64String(Convert.FromHexString(md5.Hex)));
        AzureRequests.SetMode(message, _request.Mode);
        return Copied(await _driver.Requests.SendAsync(message, cancellationToken).ConfigureAwait(false));
    }

    private uint? SourceCrc() => _source.Info.Checksum is { Algorithm: "crc32c" } crc ? uint.Parse(crc.Hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null;

    private async ValueTask SetSourceAsync(HttpMessage message, Uri source, CancellationToken cancellationToken)
    {
        var headers = message.Request.Headers;
        headers.Add("x-ms-copy-source", source.AbsoluteUri);
        headers.Add("x-ms-source-if-match", AzureRequests.Quoted(_source.Info.ETag!));
        if (_driver.Clients.Token is { } identity)
        {
            var token = await identity.GetTokenAsync(new(["https://storage.azure.com/.default"]), cancellationToken).ConfigureAwait(false);
            headers.Add("x-ms-copy-source-authorization", $"Bearer {token.Token}");
        }
    }

    /// <summary>
    /// Returns the URL with which the service can read the source: it accepts a signature in the URL or a token, but does not use the credential of the
    /// request.
    /// </summary>
    private async ValueTask<Uri> SourceUrlAsync(CancellationToken cancellationToken)
    {
        if (_driver.Clients.Key is not null)
            return await _driver.Signer.SignAsync(_request.Source, BlobSasPermissions.Read, SourceLifetime, cancellationToken).ConfigureAwait(false);
        var url = _driver.Keys.UrlOf(_request.Source);
        return _driver.Clients.Sas is { } sas ? new($"{url.AbsoluteUri}?{sas}") : url;
    }

    private StoreEntry Copied(Response response)
    {
        var head = new AzureHead(_request.Target, response).Info;
        return new()
        {
            Path = _request.Target,
            Length = _source.Info.Length,
            ETag = head.ETag,
            Modified = head.Modified,
            ContentType = _source.Info.ContentType,
            Metadata = _source.Info.Metadata,
            Checksum = _source.Info.Checksum,
        };
    }
}
