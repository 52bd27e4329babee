using System.Globalization;

namespace Cairn.Providers.Gcs;

/// <summary>The addresses of the requests for which the SDK has no call that fits; it makes the others itself.</summary>
internal sealed class GcsAddresses(string endpoint, string bucket)
{
    private readonly string _bucket = Uri.EscapeDataString(bucket);

    public string Endpoint => endpoint;

    public string Batch => endpoint + "/batch/storage/v1";

    /// <summary>An object's content in the JSON API.</summary>
    public Uri Media(string key, long? generation) =>
        new($"{endpoint}/storage/v1/b/{_bucket}/o/{Uri.EscapeDataString(key)}?alt=media{Parameter("ifGenerationMatch", generation?.ToString(CultureInfo.InvariantCulture))}");

    /// <summary>An object in the XML API, whose slashes stay slashes.</summary>
    public Uri Xml(string key) => new($"{endpoint}/{_bucket}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>An upload of the given type to an object.</summary>
    public Uri Upload(string type, string key, long? condition, string? kmsKey, string? fields = null) =>
        new($"{endpoint}/upload/storage/v1/b/{_bucket}/o?uploadType={type}&name={Uri.EscapeDataString(key)}"
            + Parameter("ifGenerationMatch", condition?.ToString(CultureInfo.InvariantCulture)) + Parameter("kmsKeyName", kmsKey) + Parameter("fields", fields));

    private static string Parameter(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
