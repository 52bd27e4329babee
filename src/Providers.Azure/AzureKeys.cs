using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>The names and addresses of the store's blobs.</summary>
internal sealed class AzureKeys(StoreUri root, Uri container) : ObjectKeys(root)
{
    private const int MostCharacters = 1024;
    private const int MostSegments = 254;

    private readonly string _base = container.AbsoluteUri.TrimEnd('/') + "/";

    /// <summary>
    /// Why the service cannot hold a name; null when it can. It takes no control characters, makes <c>/</c> of <c>\</c>, and drops dots at the end of a segment, which would be other names.
    /// </summary>
    public static string? Problem(string key)
    {
        if (key.Contains('\\', StringComparison.Ordinal))
            return "Azure makes '/' of '\\' in names";
        if (key.EndsWith('.') || key.Contains("./", StringComparison.Ordinal))
            return "Azure drops the dots at the end of a name's segments";
        if (key.AsSpan().IndexOfAnyInRange('\0', '\u001F') >= 0 || key.AsSpan().IndexOfAnyInRange('\uFFFE', '\uFFFF') >= 0)
            return "Azure takes no control characters in names";
        if (key.Length > MostCharacters)
            return "Azure takes names of at most 1,024 characters";
        return key.AsSpan().Count('/') >= MostSegments ? "Azure takes names of at most 254 segments" : null;
    }

    /// <summary>Refuses a name that the service cannot hold.</summary>
    public static void Check(string key)
    {
        if (Problem(key) is { } problem)
            throw new StoreException(StoreErrorCode.PathConflict, problem);
    }

    /// <summary>The address of a blob, each segment of its name encoded.</summary>
    public Uri UrlOf(string key) => new(_base + Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal));

    public Uri UrlOf(StorePath path) => UrlOf(FileKey(path));
}
