using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace Cairn.Providers.Azure;

/// <summary>
/// Sends the requests whose bodies, conditions and checksums Cairn sets itself through the SDK's pipeline: one call is one request, and the given memory is
/// sent without a copy.
/// </summary>
/// <remarks>The names of headers and parameters are those of the Blob service REST API.</remarks>
internal sealed class AzureRequests(HttpPipeline pipeline, AzureOptions options, AzureChecksum checksum)
{
    public const BlobClientOptions.ServiceVersion Version = BlobClientOptions.ServiceVersion.V2023_01_03;

    private const string VersionHeader = "2023-01-03";

    /// <summary>Creates a request to a blob.</summary>
    public HttpMessage Create(RequestMethod method, Uri url, params ReadOnlySpan<(string Name, string Value)> query)
    {
        var message = pipeline.CreateMessage();
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(url);
        foreach (var (name, value) in query)
            request.Uri.AppendQuery(name, value, escapeValue: true);
        request.Headers.Add("x-ms-version", VersionHeader);
        request.Headers.Add("Accept", "application/xml");
        return message;
    }

    /// <summary>Adds a body and its checksum.</summary>
    public void SetBody(HttpMessage message, ReadOnlyMemory<byte> body)
    {
        var headers = message.Request.Headers;
        message.Request.Content = RequestContent.Create(body);
        message.ResponseClassifier = new AzureClassifier(message.ResponseClassifier);
        headers.Add("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture));
        if (body.IsEmpty)
            return;
        if (checksum == AzureChecksum.Crc64)
            headers.Add("x-ms-content-crc64", Convert.ToBase64String(Crc64Of(body.Span)));
        else if (checksum == AzureChecksum.Md5)
            headers.Add("Content-MD5", Convert.ToBase64String(Hash(body.Span)));
    }

    /// <summary>Adds the properties of the blob to a publishing request.</summary>
    public void SetProperties(HttpMessage message, string? contentType, IReadOnlyDictionary<string, string> metadata, string? writeId, uint? crc32C)
    {
        var headers = message.Request.Headers;
        if (contentType is not null)
            headers.Add("x-ms-blob-content-type", contentType);
        foreach (var (name, value) in metadata)
            headers.Add("x-ms-meta-" + AzureMetadata.EncodeName(name), AzureMetadata.EncodeValue(value));
        if (writeId is not null)
            headers.Add("x-ms-meta-" + AzureMetadata.WriteId, writeId);
        if (crc32C is { } crc)
            headers.Add("x-ms-meta-" + AzureMetadata.Crc32C, crc.ToString("x8", CultureInfo.InvariantCulture));
        SetPlacement(message);
    }

    /// <summary>Adds the access tier and the encryption scope.</summary>
    public void SetPlacement(HttpMessage message)
    {
        if (options.AccessTier is { } tier)
            message.Request.Headers.Add("x-ms-access-tier", tier);
        SetEncryption(message);
    }

    /// <summary>Adds the encryption scope, which is required in every request that writes content.</summary>
    public void SetEncryption(HttpMessage message)
    {
        if (options.EncryptionScope is { } scope)
            message.Request.Headers.Add("x-ms-encryption-scope", scope);
    }

    /// <summary>Adds the condition of a write.</summary>
    public static void SetMode(HttpMessage message, WriteMode mode)
    {
        if (mode.Kind == WriteModes.CreateNew)
            message.Request.Headers.Add("If-None-Match", "*");
        else if (mode.Kind == WriteModes.Match)
            message.Request.Headers.Add("If-Match", Quoted(mode.ETag!));
    }

    /// <summary>Refuses an etag that the service would misinterpret (<c>*</c> is any version, and a comma separates several) or not accept.</summary>
    public static void CheckMode(WriteMode mode)
    {
        if (mode.ETag is { } etag && !IsVersion(etag))
            throw NoVersion();
    }

    /// <summary>Returns true if the service accepts an etag as that of one version.</summary>
    public static bool IsVersion(string etag) => etag.Trim('"') is not ("*" or "") && !etag.AsSpan().ContainsAnyExceptInRange('!', '~') && !etag.Contains(',', StringComparison.Ordinal);

    public static StoreException NoVersion() => new(StoreErrorCode.PreconditionFailed, "it does not have this version");

    /// <summary>Returns an etag in the form of a header; Cairn's etags have no quotes, as in listings.</summary>
    public static string Quoted(string etag) => etag.StartsWith('"') ? etag : $"\"{etag}\"";

    /// <summary>Sends a request; throws if the response is not a success.</summary>
    public async ValueTask<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        using (message)
        {
            await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
            return IsFailure(message.Response) ? throw Failure(message.Response) : message.Response;
        }
    }

    /// <summary>Sends a request, and returns any response.</summary>
    public async ValueTask<Response> TrySendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        using (message)
        {
            await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
            return message.Response;
        }
    }

    /// <summary>Sends a request without buffering the body of the response; throws if the response is not a success.</summary>
    public async ValueTask<(Response Head, Stream Body)> OpenAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        using (message)
        {
            message.BufferResponse = false;
            await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
            return IsFailure(message.Response) ? throw Failure(message.Response) : (message.Response, message.ExtractResponseContent() ?? Stream.Null);
        }
    }

    /// <summary>Returns true if a response is not a success. The SDK counts a refused If-None-Match as a success.</summary>
    public static bool IsFailure(Response response) => response.Status >= 400;

    public static RequestFailedException Failure(Response response) => new(response, null, AzureErrorDetails.Instance);

    /// <summary>Computes the CRC-64 of the service (CRC-64/NVME), least significant byte first.</summary>
    internal static byte[] Crc64Of(ReadOnlySpan<byte> data)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Crc64.HashToUInt64(Crc64ParameterSet.Nvme, data));
        return bytes;
    }

    /// <summary>MD5 because the service verifies it; it has no security purpose.</summary>
    private static byte[] Hash(ReadOnlySpan<byte> data)
    {
#pragma warning disable CA5351
        return MD5.HashData(data);
#pragma warning restore CA5351
    }
}
