using System.Globalization;
using System.Text.Json;

namespace Cairn.TestServers.Gcs;

/// <summary>A failure as the service reports it: status, reason and message of the JSON error body.</summary>
internal sealed class GcsError(int status, string reason, string message, string? location = null, string locationType = "parameter") : Exception(message)
{
    public int Status => status;
    public string Reason => reason;
    public string? RetryAfter { get; init; }
    public long? ContentRangeLength { get; init; }

    public static GcsError Invalid(string message, string? parameter = null) => new(400, parameter is null ? "invalid" : "invalidParameter", message, parameter);
    public static GcsError Required(string message, string? parameter = null, string locationType = "parameter") => new(400, "required", message, parameter, locationType);
    public static GcsError NoBucket() => new(404, "notFound", "The specified bucket does not exist.");
    public static GcsError NoObject(string bucket, string name) => new(404, "notFound", $"No such object: {bucket}/{name}");
    public static GcsError Absent() => new(501, "notImplemented", "The requested operation has not been implemented.");
    public static GcsError NotMet() => new(412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.", "If-Match", "header");
    public static GcsError NotModified() => new(304, "notModified", "Not Modified");
    public static GcsError NoRange(long length) => new(416, "requestedRangeNotSatisfiable", "Request range not satisfiable", "Range", "header") { ContentRangeLength = length };

    public void WriteTo(Utf8JsonWriter json, bool codeAsText)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        if (codeAsText) json.WriteString("code", status.ToString(CultureInfo.InvariantCulture));
        else json.WriteNumber("code", status);
        json.WriteString("message", Message);
        json.WriteStartArray("errors");
        json.WriteStartObject();
        json.WriteString("message", Message);
        json.WriteString("domain", status == 429 ? "usageLimits" : "global");
        json.WriteString("reason", reason);
        if (location is not null)
        {
            json.WriteString("locationType", locationType);
            json.WriteString("location", location);
        }
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
