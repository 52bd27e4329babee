using System.Text;

namespace Cairn.Plugins.Http;

/// <summary>Turns literal paths into request URLs.</summary>
internal static class HttpUrls
{
    /// <summary>The URL of a path below a root: each segment percent-encoded, so that <c>%41</c>, <c>?</c> and <c>#</c> arrive as they are.</summary>
    public static Uri Of(string origin, StorePath path, bool directory)
    {
        var text = new StringBuilder(origin);
        foreach (var segment in path.Segments)
            text.Append('/').Append(Uri.EscapeDataString(segment));
        if (directory || path.IsRoot)
            text.Append('/');
        return new(text.ToString(), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }
}
