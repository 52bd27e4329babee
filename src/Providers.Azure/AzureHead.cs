using System.Globalization;
using Azure;
using Azure.Core;

namespace Cairn.Providers.Azure;

/// <summary>The metadata of a blob, from the headers of a response.</summary>
internal sealed class AzureHead
{
    private readonly ResponseHeaders _headers;

    public AzureHead(StorePath path, Response response)
    {
        _headers = response.Headers;
        Dictionary<string, string>? metadata = null;
        string? crc = null;
        var isFolder = false;
        foreach (var header in _headers)
        {
            if (!header.Name.StartsWith("x-ms-meta-", StringComparison.OrdinalIgnoreCase))
                continue;
            var name = header.Name["x-ms-meta-".Length..].ToLowerInvariant();
            if (name == AzureMetadata.WriteId)
                WriteId = header.Value;
            else if (name == AzureMetadata.Crc32C)
                crc = header.Value;
            else if (name == "hdi_isfolder" && header.Value == "true")
                isFolder = true;
            else if (AzureMetadata.DecodeName(name) is { } own)
                (metadata ??= new(StringComparer.Ordinal))[own] = AzureMetadata.DecodeValue(header.Value);
        }
        Info = new()
        {
            Path = path,
            Length = LengthOf(),
            ETag = this["ETag"]?.Trim('"'),
            Modified = DateTimeOffset.TryParse(this["Last-Modified"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var modified) ? modified : null,
            ContentType = this["Content-Type"] is { Length: > 0 } type ? type : null,
            Checksum = crc is { Length: 8 } ? new("crc32c", crc) : Md5(),
            Metadata = metadata ?? (IReadOnlyDictionary<string, string>)System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty,
        };
        IsDirectory = isFolder && Info.Length == 0;
    }

    public StoreEntry Info { get; }

    /// <summary>Gets the id of the conditional write that created the blob, or null if there is none.</summary>
    public string? WriteId { get; }

    /// <summary>Gets whether it is a directory of an account with a hierarchical namespace, which looks like an empty blob.</summary>
    public bool IsDirectory { get; }

    /// <summary>Gets the stored metadata by header name.</summary>
    public IEnumerable<(string Name, string Value)> RawMetadata =>
        _headers.Where(static h => h.Name.StartsWith("x-ms-meta-", StringComparison.OrdinalIgnoreCase)).Select(static h => (h.Name, h.Value));

    /// <summary>Gets the value of a header, or null if there is none.</summary>
    public string? this[string name] => _headers.TryGetValue(name, out var value) ? value : null;

    private long LengthOf()
    {
        if (this["Content-Range"] is { } range && long.TryParse(range.AsSpan(range.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var total))
            return total;
        return _headers.ContentLengthLong ?? 0;
    }

    /// <summary>Returns the stored MD5 of the whole blob: in the response to a range, <c>Content-MD5</c> would be that of the range.</summary>
    private Checksum? Md5()
    {
        var text = this["x-ms-blob-content-md5"] ?? (this["Content-Range"] is null ? this["Content-MD5"] : null);
        return text is { Length: 24 } ? Checksum.FromBytes("md5", Convert.FromBase64String(text)) : null;
    }
}
