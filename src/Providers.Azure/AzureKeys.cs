using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>The names and URLs of the blobs of a store.</summary>
internal sealed class AzureKeys(StoreUri root, Uri container) : ObjectKeys(root)
{
    private const int MostCharacters = 1024;
    private const int MostSegments = 254;

    private readonly string _base = container.AbsoluteUri.TrimEnd('/') + "/";

    /// <summary>
    /// Returns the reason why the service does not support a name, or null if it does. It refuses control characters, converts <c>\</c> to <c>/</c>, and
    /// drops dots at the end of a segment, which would result in a different name.
    /// </summary>
    public static string? Problem(string key)
    {
        if (key.Contains('\\', StringComparison.Ordinal))
            return "Azure converts '\\' to '/' in names";
        if (key.EndsWith('.') || key.Contains("./", StringComparison.Ordinal))
            return "Azure drops dots at the end of a segment of a name";
        if (key.AsSpan().IndexOfAnyInRange('\0', '\u001F') >= 0 || key.AsSpan().IndexOfAnyInRange('\uFFFE', '\uFFFF') >= 0)
            return "Azure does not allow control characters in names";
        if (key.Length > MostCharacters)
            return "Azure allows at most 1,024 characters in a name";
        return key.AsSpan().Count('/') >= MostSegments ? "Azure allows at most 254 segments in a name" : null;
    }

    /// <summary>Refuses a name that the service does not support.</summary>
    public static void Check(string key)
    {
        if (Problem(key) is { } problem)
            throw new StoreException(StoreErrorCode.PathConflict, problem);
    }

    /// <summary>Returns the URL of a blob, with each segment of its name encoded.</summary>
    public Uri UrlOf(string key) => new(_base + Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal));

    public Uri UrlOf(StorePath path) => UrlOf(FileKey(path));
}
