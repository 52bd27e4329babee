using System.Text;

namespace Cairn.Plugins.Http;

/// <summary>Turns literal paths into request URLs and index links into literal names.</summary>
internal static class HttpKeys
{
    /// <summary>The URL of a path below the root: each segment percent-encoded, so that <c>%41</c>, <c>?</c> and <c>#</c> arrive as they are.</summary>
    public static Uri ToUrl(ArtifactUri root, ArtifactPath path, bool directory)
    {
        var text = new StringBuilder().Append(root.Scheme).Append("://").Append(root.Container);
        foreach (var segment in (root.Path / path).Segments)
            text.Append('/').Append(Uri.EscapeDataString(segment));
        if (directory || (root.Path / path).IsRoot)
            text.Append('/');
        return new(text.ToString(), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

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
        return !link.AsSpan(0, directory ? link.Length - 1 : link.Length).Contains('/') && ArtifactPath.TryParse(name, out var path) && path.Depth == 1 && path.Value == name
            ? (name, directory)
            : null;
    }
}
