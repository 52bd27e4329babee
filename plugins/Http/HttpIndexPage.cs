using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.Providers;

namespace Cairn.Plugins.Http;

/// <summary>Reads the names from a directory index: nginx' JSON, or the links of any HTML page (nginx, Apache, Python's http.server, …).</summary>
internal static partial class HttpIndexPage
{
    private const int MostBytes = 64 << 20;

    /// <summary>The entries, each once; names that cannot be a path are left out, since no address reaches them.</summary>
    public static async ValueTask<IReadOnlyList<StoreEntry>> ReadAsync(StorePath directory, Uri url, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var type = response.Content.Headers.ContentType?.MediaType;
        if (type is not ("text/html" or "application/json" or "application/xhtml+xml"))
            throw new StoreException(StoreErrorCode.Unsupported, $"the server's answer for this directory is {type ?? "of no stated type"}, not an index");
        await response.Content.LoadIntoBufferAsync(MostBytes, cancellationToken).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        var names = type == "application/json" ? FromJson(text) : FromHtml(url, text);
        return [.. names
            .Distinct()
            .Select(n => new StoreEntry { Path = directory / StorePath.Parse(n.Name), Kind = n.Directory ? EntryKind.Directory : EntryKind.File })];
    }

    private static IEnumerable<(string Name, bool Directory)> FromJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray()
                .Select(e => (Name: e.GetProperty("name").GetString() ?? "", Directory: e.GetProperty("type").GetString() == "directory"))
                .Where(e => StorePath.TryParse(e.Name, out var path) && path.Depth == 1 && path.Value == e.Name)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new StoreException(StoreErrorCode.Unsupported, "the server's answer for this directory is JSON, but not an index of names and types", e);
        }
    }

    private static IEnumerable<(string Name, bool Directory)> FromHtml(Uri url, string text)
    {
        string[] links = [.. Links().Matches(text).Select(m => WebUtility.HtmlDecode(m.Groups["dq"].Success ? m.Groups["dq"].Value : m.Groups["sq"].Value))];
        if (!IsIndex(url, text, links))
        {
            throw new StoreException(new(StoreErrorCode.Unsupported, "the response is not a directory index: the page neither identifies itself as one nor links to the parent directory")
            {
                Advice = "Check the address, and whether a proxy or a login page answers in its place; or turn the server's directory index on.",
            });
        }
        return links.Select(l => HttpIndexLinks.FromLink(url, l)).OfType<(string Name, bool Directory)>();
    }

    /// <summary>Whether a page is a directory's index: a login page would otherwise be an empty directory, or one of its links. nginx, Apache, lighttpd and
    /// Python identify it in the title or heading; others name the directory, or link to the parent directory.</summary>
    private static bool IsIndex(Uri url, string text, string[] links)
    {
        var above = new Uri(url, "..").AbsolutePath;
        var path = Uri.UnescapeDataString(url.AbsolutePath);
        return Headings().Matches(text).Select(m => WebUtility.HtmlDecode(m.Groups["words"].Value)).Any(words =>
                words.Contains("index of", StringComparison.OrdinalIgnoreCase) || words.Contains("directory listing", StringComparison.OrdinalIgnoreCase)
                    || (path.Length > 1 && words.Contains(path.TrimEnd('/'), StringComparison.Ordinal)))
            || (path.Length > 1 && links.Any(l => l is ".." or "../" || l == above));
    }

    [GeneratedRegex("""<(?:title|h1)[^>]*>(?<words>[^<]*)""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Headings();

    [GeneratedRegex("""<a\s[^>]*?href\s*=\s*(?:"(?<dq>[^"]*)"|'(?<sq>[^']*)')""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Links();
}
