using System.Globalization;
using System.Text;
using System.Xml;
using Cairn.Plugins.Http;

namespace Cairn.Plugins.WebDav;

/// <summary>Reads the answer to PROPFIND: one entry for each response with a path under the root.</summary>
internal static class PropFind
{
    private const string Dav = "DAV:";
    private const string Own = "urn:cairn:webdav";

    /// <summary>Asks for what a listing needs, and nothing else.</summary>
    public static HttpContent Body() =>
        Xml("""<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/><getcontenttype/></prop></propfind>""");

    /// <summary>Asks for the mark of directories that came into being through a write.</summary>
    public static HttpContent ImplicitBody() => Xml("""<propfind xmlns="DAV:"><prop><c:implicit xmlns:c="urn:cairn:webdav"/></prop></propfind>""");

    /// <summary>Sets or takes away that mark.</summary>
    public static HttpContent MarkBody(bool isImplicit) => Xml(isImplicit
        ? """<propertyupdate xmlns="DAV:"><set><prop><c:implicit xmlns:c="urn:cairn:webdav">1</c:implicit></prop></set></propertyupdate>"""
        : """<propertyupdate xmlns="DAV:"><remove><prop><c:implicit xmlns:c="urn:cairn:webdav"/></prop></remove></propertyupdate>""");

    /// <summary>Whether an answer holds the mark.</summary>
    public static async ValueTask<bool> ReadImplicitAsync(Stream body, CancellationToken cancellationToken)
    {
        using var reader = OpenXml(body);
        try
        {
            while (await reader.ReadAsync().ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Where there is none, the answer names it without a value.
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "implicit", NamespaceURI: Own, IsEmptyElement: false })
                    return await reader.ReadElementContentAsStringAsync().ConfigureAwait(false) == "1";
            }
        }
        catch (XmlException e)
        {
            throw Damaged(e);
        }
        return false;
    }

    /// <summary>Reads the entries as they come; responses outside the root, temporary files and lock placeholders included, for the caller to drop.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="keys">The store's URLs.</param>
    /// <param name="unnamed">Called with the href of each entry that no path can name, or that lies outside the root.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async ValueTask<List<StoreEntry>> ReadAsync(Stream body, WebDavKeys keys, Action<string>? unnamed, CancellationToken cancellationToken)
    {
        var entries = new List<StoreEntry>();
        using var reader = OpenXml(body);
        try
        {
            if (await reader.MoveToContentAsync().ConfigureAwait(false) != XmlNodeType.Element || (reader.LocalName, reader.NamespaceURI) != ("multistatus", Dav))
                throw new StoreException(StoreErrorCode.InvalidConfiguration, "the response is not WebDAV: the answer to PROPFIND is not a <multistatus>");
            while (await reader.ReadAsync().ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "response", NamespaceURI: Dav } && await ReadResponseAsync(reader, keys, unnamed).ConfigureAwait(false) is { } entry)
                    entries.Add(entry);
            }
        }
        catch (XmlException e)
        {
            throw Damaged(e);
        }
        return entries;
    }

    private static StringContent Xml(string element) => new("""<?xml version="1.0" encoding="utf-8"?>""" + element, Encoding.UTF8, "application/xml");

    /// <summary>The answer comes from outside: no DTD, no entities, no fetching.</summary>
    private static XmlReader OpenXml(Stream body) =>
        XmlReader.Create(body, new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true });

    private static StoreException Damaged(XmlException e) => new(StoreErrorCode.Unavailable, "the server's answer to PROPFIND is not a whole XML document", e);

    private static async ValueTask<StoreEntry?> ReadResponseAsync(XmlReader reader, WebDavKeys keys, Action<string>? unnamed)
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
        if (href is null || !known)
            return null;
        if (keys.FromHref(href.Trim()) is not { } path)
        {
            unnamed?.Invoke(href.Trim());
            return null;
        }
        return new()
        {
            Path = path,
            Kind = directory ? EntryKind.Directory : EntryKind.File,
            Length = directory ? 0 : length ?? 0,
            ETag = directory ? null : HttpReads.EtagOf(etag, modified),
            Modified = modified,
            ContentType = directory ? null : type,
        };
    }
}
