using System.Globalization;

namespace Cairn.Providers.Gcs;

/// <summary>The URLs of requests for which the SDK has no suitable call; the SDK creates the others itself.</summary>
internal sealed class GcsAddresses(string endpoint, string bucket)
{
    private readonly string _bucket = Uri.EscapeDataString(bucket);

    public string Endpoint => endpoint;

    public string Batch => endpoint + "/batch/storage/v1";

    /// <summary>Returns the URL of an object's content in the JSON API.</summary>
    public Uri Media(string key, long? generation) =>
        new($"{endpoint}/storage/v1/b/{_bucket}/o/{Uri.EscapeDataString(key)}?alt=media{Parameter("ifGenerationMatch", generation?.ToString(CultureInfo.InvariantCulture))}");

    /// <summary>Returns the URL of an object in the XML API, in which slashes are not encoded.</summary>
    public Uri Xml(string key) => new($"{endpoint}/{_bucket}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Returns the URL of an upload of the given type.</summary>
    public Uri Upload(string type, string key, long? condition, string? kmsKey, string? fields = null) =>
        new($"{endpoint}/upload/storage/v1/b/{_bucket}/o?uploadType={type}&name={Uri.EscapeDataString(key)}"
            + Parameter("ifGenerationMatch", condition?.ToString(CultureInfo.InvariantCulture)) + Parameter("kmsKeyName", kmsKey) + Parameter("fields", fields));

    private static string Parameter(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
