using System.Globalization;

using System.Text;
using System.Xml;
using Cairn.Plugins.Http;

namespace Cairn.Plugins.WebDav;

/// <summary>Reads the answer to PROPFIND: one entry for each response with a path under the root.</summary>
internal static class PropFind
{
    private const string Dav = "DAV:";

    /// <summary>Asks for what a listing needs, and nothing else.</summary>
    public static HttpContent Body() => new StringContent(
        """<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/><getcontenttype/></prop></propfind>""",
        Encoding.UTF8,
        "application/xml");

    /// <summary>Reads the entries as they come; responses outside the root, temporary files and lock placeholders included, for the caller to drop.</summary>
    public static async ValueTask<List<ArtifactInfo>> ReadAsync(Stream body, WebDavKeys keys, CancellationToken cancellationToken)
    {
        var entries = new List<ArtifactInfo>();
        // The answer comes from outside: no DTD, no entities, no fetching.
        using var reader = XmlReader.Create(body, new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true });
        try
        {
            while (await reader.ReadAsync().ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "response", NamespaceURI: Dav } && await ReadResponseAsync(reader, keys).ConfigureAwait(false) is { } entry)
                    entries.Add(entry);
            }
        }
        catch (XmlException e)
        {
            throw new ArtifactStoreException(StoreErrorCode.Unavailable, "the server's answer to PROPFIND is not a whole XML document", e);
        }
        return entries;
    }

    private static async ValueTask<ArtifactInfo?> ReadResponseAsync(XmlReader reader, WebDavKeys keys)
    {
        string? href = null, etag = null, type = null;
        DateTimeOffset? modified = null;
        long? length = null;
        var directory = false;
        using var response = reader.ReadSubtree();
        await response.ReadAsync().ConfigureAwait(false);
        // ReadElementContentAs… moves past the element, so the loop reads on only when nothing has.
        var moved = false;
        while (moved || await response.ReadAsync().ConfigureAwait(false))
        {
            moved = false;
            if (response.NodeType != XmlNodeType.Element || response.NamespaceURI != Dav)
                continue;
            switch (response.LocalName)
            {
                case "href" when href is null:
                    href = await response.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    moved = !response.EOF;
                    break;
                case "collection":
                    directory = true;
                    break;
                case "getcontentlength" when !response.IsEmptyElement:
                    length = long.TryParse(await response.ReadElementContentAsStringAsync().ConfigureAwait(false), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : length;
                    moved = !response.EOF;
                    break;
                case "getlastmodified" when !response.IsEmptyElement:
                    modified = DateTimeOffset.TryParse(
                        await response.ReadElementContentAsStringAsync().ConfigureAwait(false), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var t) ? t : modified;
                    moved = !response.EOF;
                    break;
                case "getetag" when !response.IsEmptyElement:
                    etag = await response.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    moved = !response.EOF;
                    break;
                case "getcontenttype" when !response.IsEmptyElement:
                    type = await response.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    moved = !response.EOF;
                    break;
            }
        }
        // A name that is only locked has none of these.
        var known = directory || modified is not null || length is not null;
        return href is not null && known && keys.FromHref(href.Trim()) is { } path
            ? new()
            {
                Path = path,
                Kind = directory ? EntryKind.Directory : EntryKind.File,
                Length = directory ? 0 : length ?? 0,
                ETag = directory ? null : HttpReads.EtagOf(etag, modified),
                Modified = modified,
                ContentType = directory ? null : type,
            }
            : null;
    }
}
