using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cairn.TestServers.Gcs;

/// <summary>What the service does with buckets themselves.</summary>
internal sealed partial class GcsBuckets(GcsFakeOptions options)
{
    // Of the project, not of a bucket.
    private static readonly string[] _projectPermissions = ["storage.buckets.create", "storage.buckets.list"];
    private readonly ConcurrentDictionary<string, GcsBucket> _all = new(StringComparer.Ordinal);

    public GcsBucket? Find(string name) => _all.GetValueOrDefault(name);

    public Task ListAsync(GcsCall call)
    {
        if (call.Query("project") is null) throw GcsError.Required("Required parameter: project", "project");
        string prefix = call.Query("prefix") ?? "", after = call.Query("pageToken") ?? "";
        int page = (int)Math.Min(call.Number("maxResults") is { } asked and > 0 ? asked : long.MaxValue, call.Options.LargestPage);
        var found = _all.Values.Where(b => b.Name.StartsWith(prefix, StringComparison.Ordinal) && Utf8Names.Order.Compare(b.Name, after) > 0)
            .OrderBy(b => b.Name, Utf8Names.Order).Take(page + 1).ToList();
        return call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("kind", "storage#buckets");
            if (found.Count > page) json.WriteString("nextPageToken", found[page - 1].Name);
            json.WriteStartArray("items");
            foreach (var bucket in found.Take(page)) bucket.WriteTo(json, FieldMask.All, call.Endpoint);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    public async Task CreateAsync(GcsCall call)
    {
        if (call.Query("project") is null) throw GcsError.Required("Required parameter: project", "project");
        var resource = await call.BodyAsync();
        if (resource.ValueKind == JsonValueKind.Undefined || !resource.TryGetProperty("name", out var name)) throw GcsError.Required("Required", "name");
        string location = resource.TryGetProperty("location", out var place) ? place.GetString()!.ToUpperInvariant() : "US";
        var bucket = Create(name.GetString() ?? "", location);
        bucket.Apply(resource);
        await GetAsync(call, bucket);
    }

    public GcsBucket Create(string name, string location = "US")
    {
        if (!BucketName().IsMatch(name)) throw GcsError.Invalid($"Invalid bucket name: '{name}'", "name");
        var bucket = new GcsBucket(name, options.Clock) { Location = location };
        return _all.TryAdd(name, bucket) ? bucket
            : throw new GcsError(409, "conflict", "Your previous request to create the named bucket succeeded and you already own it.");
    }

    public static Task GetAsync(GcsCall call, GcsBucket bucket)
    {
        if (call.Number("ifMetagenerationMatch") is { } match && match != bucket.Metageneration) throw GcsError.NotMet();
        if (call.Number("ifMetagenerationNotMatch") is { } other && other == bucket.Metageneration) throw GcsError.NotModified();
        var mask = call.Fields;
        return call.JsonAsync(200, json => bucket.WriteTo(json, mask, call.Endpoint));
    }

    public static async Task ChangeAsync(GcsCall call, GcsBucket bucket)
    {
        if (call.Number("ifMetagenerationMatch") is { } match && match != bucket.Metageneration) throw GcsError.NotMet();
        bucket.Apply(await call.BodyAsync(), replace: call.Method == "PUT");
        bucket.Touch();
        var mask = call.Fields;
        await call.JsonAsync(200, json => bucket.WriteTo(json, mask, call.Endpoint));
    }

    public Task DeleteAsync(GcsCall call, GcsBucket bucket)
    {
        if (call.Number("ifMetagenerationMatch") is { } match && match != bucket.Metageneration) throw GcsError.NotMet();
        if (!bucket.IsEmpty) throw new GcsError(409, "conflict", "The bucket you tried to delete is not empty.");
        _all.TryRemove(bucket.Name, out _);
        return call.EmptyAsync(204);
    }

    /// <summary>Which of the permissions asked for the caller has.</summary>
    public static Task TestPermissionsAsync(GcsCall call)
    {
        string[] asked = call.QueryAll("permissions");
        if (asked.Length == 0) throw GcsError.Required("Required parameter: permissions", "permissions");
        if (Array.Find(asked, p => _projectPermissions.Contains(p) || !PermissionName().IsMatch(p)) is { } wrong) throw GcsError.Invalid($"Invalid permission: {wrong}", "permissions");
        string[] held = call.Access == GcsAccess.Full ? asked : [.. asked.Where(p => p.EndsWith(".get", StringComparison.Ordinal) || p.EndsWith(".list", StringComparison.Ordinal))];
        return call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("kind", "storage#testIamPermissionsResponse");
            if (held.Length > 0)
            {
                json.WriteStartArray("permissions");
                foreach (string permission in held) json.WriteStringValue(permission);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        });
    }

    public static Task LayoutAsync(GcsCall call, GcsBucket bucket) => call.JsonAsync(200, json =>
    {
        json.WriteStartObject();
        json.WriteString("kind", "storage#storageLayout");
        json.WriteString("bucket", bucket.Name);
        json.WriteString("location", bucket.Location);
        json.WriteString("locationType", bucket.LocationType);
        json.WriteEndObject();
    });

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$")]
    private static partial Regex BucketName();

    [GeneratedRegex(@"^storage\.(buckets|objects|managedFolders|folders|multipartUploads)\.[a-zA-Z]+$")]
    private static partial Regex PermissionName();
}
