using System.Security.Cryptography;
using Cairn.Plugins.Http;

namespace Cairn.Plugins.WebDav;

/// <summary>Turns paths into the server's URLs and back, and names temporary files.</summary>
internal sealed class WebDavKeys(StoreUri root)
{
    private const string TempPrefix = ".cairn-tmp-";

    /// <summary>The server's address without a path.</summary>
    public string Origin { get; } = $"{(root.Scheme == "davs" ? "https" : "http")}://{root.Container}";

    public Uri FileUrl(StorePath path) => HttpUrls.Of(Origin, root.Path / path, directory: false);

    public Uri DirectoryUrl(StorePath path) => HttpUrls.Of(Origin, root.Path / path, directory: true);

    /// <summary>The path that an href of a multistatus answer means; null when it lies outside the store's root or cannot be a path.</summary>
    public StorePath? FromHref(string href)
    {
        var text = href.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(href, UriKind.Absolute, out var absolute) ? absolute.AbsolutePath : href;
        var path = StorePath.Root;
        foreach (var segment in text.Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(segment);
            if (!StorePath.TryParse(name, out var one) || one.Value != name || one.Depth != 1)
                return null;
            path /= one;
        }
        return path.IsUnder(root.Path) ? (StorePath?)path.RelativeTo(root.Path) : null;
    }

    public static StorePath TempBeside(StorePath path) => path.Parent / (TempPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)));

    /// <summary>The directory whose being there is the lock on another's entries.</summary>
    public static StorePath LockOf(StorePath directory) => directory / (TempPrefix + "lock");

    public static bool IsTemp(StorePath path) => path.Name.StartsWith(TempPrefix, StringComparison.Ordinal);

    /// <summary>Refuses names that are reserved for temporary files.</summary>
    public static void RefuseReserved(StorePath path)
    {
        if (path.Segments.Any(s => s.StartsWith(TempPrefix, StringComparison.Ordinal)))
            throw new StoreException(StoreErrorCode.PathConflict, $"names that start with {TempPrefix} are reserved for files that are being written");
    }
}
