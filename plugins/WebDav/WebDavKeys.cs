using System.Security.Cryptography;
using System.Text;
using Cairn.Plugins.Http;

namespace Cairn.Plugins.WebDav;

/// <summary>Converts paths to the URLs of the server and back, and names temporary files.</summary>
internal sealed class WebDavKeys(StoreUri root)
{
    private const string TempPrefix = ".cairn-tmp-";
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Gets the URL of the server without a path.</summary>
    public string Origin { get; } = $"{(root.Scheme == "davs" ? "https" : "http")}://{root.Container}";

    public Uri FileUrl(StorePath path) => HttpUrls.Of(Origin, root.Path / path, directory: false);

    public Uri DirectoryUrl(StorePath path) => HttpUrls.Of(Origin, root.Path / path, directory: true);

    /// <summary>Returns the path of an href in a multistatus response; null if it is outside the root of the store or not a valid path.</summary>
    public StorePath? FromHref(string href)
    {
        var path = StorePath.Root;
        foreach (var segment in PathOf(href).Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Decode(segment) is not { } name || !StorePath.TryParse(name, out var one) || one.Value != name || one.Depth != 1)
                return null;
            path /= one;
        }
        return path.IsUnder(root.Path) ? (StorePath?)path.RelativeTo(root.Path) : null;
    }

    /// <summary>The name of an entry of a directory that no path can name, as the server escapes it; null when the href is not below the directory.</summary>
    public string? UnnameableIn(StorePath directory, string href)
    {
        var (below, path) = (DirectoryUrl(directory).AbsolutePath, PathOf(href));
        return path.StartsWith(below, StringComparison.Ordinal) && path.Length > below.Length ? path[below.Length..].TrimEnd('/') : null;
    }

    public static StorePath TempBeside(StorePath path) => path.Parent / (TempPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)));

    /// <summary>The directory whose being there is the lock on another's entries.</summary>
    public static StorePath LockOf(StorePath directory) => directory / (TempPrefix + "lock");

    public static bool IsTemp(StorePath path) => path.Name.StartsWith(TempPrefix, StringComparison.Ordinal);

    private static string PathOf(string href) => href.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(href, UriKind.Absolute, out var absolute) ? absolute.AbsolutePath : href;

    /// <summary>The name that a segment of a URL means; null when its bytes are not UTF-8.</summary>
    private static string? Decode(string segment)
    {
        var bytes = new List<byte>(segment.Length);
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] == '%' && i + 2 < segment.Length && byte.TryParse(segment.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var escaped))
            {
                bytes.Add(escaped);
                i += 2;
            }
            else
            {
                var length = char.IsHighSurrogate(segment[i]) && i + 1 < segment.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(segment, i, length));
                i += length - 1;
            }
        }
        try
        {
            return Strict.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Refuses names that are reserved for temporary files.</summary>
    public static void RefuseReserved(StorePath path)
    {
        if (path.Segments.Any(s => s.StartsWith(TempPrefix, StringComparison.Ordinal)))
            throw new StoreException(StoreErrorCode.PathConflict, $"names that start with {TempPrefix} are reserved for files that are being written");
    }
}
