namespace Cairn.Plugins.Http;

/// <summary>Turns the links of index pages into literal names.</summary>
internal static class HttpIndexLinks
{
    /// <summary>The name that a link of an index page means, when it means an entry of that directory; null for other links (parent, sort order, other sites).</summary>
    public static (string Name, bool Directory)? FromLink(Uri index, string href)
    {
        var link = href.Split('#', 2)[0];
        if (link.Length == 0 || link.Contains('?'))
            return null;
        if (link.Contains("://", StringComparison.Ordinal))
        {
            var site = index.GetLeftPart(UriPartial.Authority);
            if (!link.StartsWith(site + "/", StringComparison.OrdinalIgnoreCase))
                return null;
            link = link[site.Length..];
        }
        var folder = index.AbsolutePath;
        if (link.StartsWith('/'))
        {
            if (!link.StartsWith(folder, StringComparison.Ordinal))
                return null;
            link = link[folder.Length..];
        }
        else if (link.StartsWith("./", StringComparison.Ordinal))
            link = link[2..];
        var directory = link.EndsWith('/');
        var name = Uri.UnescapeDataString(directory ? link[..^1] : link);
        return !link.AsSpan(0, directory ? link.Length - 1 : link.Length).Contains('/') && StorePath.TryParse(name, out var path) && path.Depth == 1 && path.Value == name
            ? (name, directory)
            : null;
    }
}
