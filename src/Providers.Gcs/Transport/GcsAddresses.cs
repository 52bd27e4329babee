using System.Text;

namespace Cairn.Providers.Gcs;

/// <summary>The addresses of one bucket on one service.</summary>
internal sealed class GcsAddresses(string endpoint, string bucket)
{
    private readonly string _bucket = Escape(bucket);

    public const string Google = "https://storage.googleapis.com";

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public string Endpoint => endpoint;

    public Uri Objects(params ReadOnlySpan<(string Name, string? Value)> query) => Make($"/storage/v1/b/{_bucket}/o", query);

    public Uri Object(string key, params ReadOnlySpan<(string Name, string? Value)> query) => Make(ObjectPath(key), query);

    public Uri Rewrite(string from, string to, params ReadOnlySpan<(string Name, string? Value)> query) =>
        Make($"{ObjectPath(from)}/rewriteTo/b/{_bucket}/o/{Escape(to)}", query);

    public Uri Compose(string target, params ReadOnlySpan<(string Name, string? Value)> query) => Make(ObjectPath(target) + "/compose", query);

    public Uri Upload(params ReadOnlySpan<(string Name, string? Value)> query) => Make($"/upload/storage/v1/b/{_bucket}/o", query);

    public Uri Batch() => Make("/batch/storage/v1", []);

    /// <summary>The address of an object in the XML API, whose slashes stay slashes.</summary>
    public Uri Xml(string key) => Make(XmlPath(key), []);

    public string XmlPath(string key) => $"/{_bucket}/{string.Join('/', key.Split('/').Select(Escape))}";

    public string ObjectPath(string key) => $"/storage/v1/b/{_bucket}/o/{Escape(key)}";

    /// <summary>Makes an address of text that is escaped already, and keeps it as it is.</summary>
    public static Uri Parse(string url) => new(url, AsWritten);

    public static string Escape(string text) => Uri.EscapeDataString(text);

    private Uri Make(string path, ReadOnlySpan<(string Name, string? Value)> query)
    {
        var text = new StringBuilder(endpoint).Append(path);
        var mark = '?';
        foreach (var (name, value) in query)
        {
            if (value is null)
                continue;
            text.Append(mark).Append(name).Append('=').Append(Escape(value));
            mark = '&';
        }
        return Parse(text.ToString());
    }
}
