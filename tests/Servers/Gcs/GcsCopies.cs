using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Cairn.TestServers.Gcs;

/// <summary>What the service does with bytes that it already has: rewrite, copy, move and compose.</summary>
internal sealed class GcsCopies(GcsFakeOptions options)
{
    private const long Mebibyte = 1 << 20;
    private static readonly TimeSpan _tokenLife = TimeSpan.FromDays(7);
    private readonly ConcurrentDictionary<string, Rewrite> _rewrites = new(StringComparer.Ordinal);

    public async Task RewriteAsync(GcsCall call, GcsBucket from, string name, GcsBucket to, string target)
    {
        GcsServer.CheckObjectName(target);
        long? limit = call.Number("maxBytesRewrittenPerCall");
        if (limit is { } value && (value == 0 || value % Mebibyte != 0)) throw GcsError.Invalid(
            "maxBytesRewrittenPerCall must be an integral multiple of 1 MiB (1048576).", "maxBytesRewrittenPerCall");
        var source = Source(call, from, name);
        var conditions = GcsPreconditions.From(call);
        var resource = await call.BodyAsync();
        var fields = Fields(source, resource);
        long size = source.Content.Length, done = 0;

        string? token = call.Query("rewriteToken");
        string key = $"{from.Name}\n{name}\n{source.Generation}\n{to.Name}\n{target}\n{limit}";
        if (token is not null)
        {
            if (!_rewrites.TryGetValue(token, out var state) || state.Key != key) throw GcsError.Invalid("The rewriteToken is invalid.", "rewriteToken");
            if (options.Clock.GetUtcNow() - state.Started > _tokenLife) throw new GcsError(410, "gone", "The rewriteToken has expired.");
            done = state.Done;
        }

        // Within one location and storage class only references move, however large the object is.
        bool inSteps = options.RewriteAlwaysInSteps || from.Location != to.Location || source.StorageClass != (fields.StorageClass ?? to.StorageClass);
        done = inSteps ? Math.Min(size, done + (limit ?? options.RewriteBytesPerCall)) : size;
        if (done < size)
        {
            if (token is null) conditions.Check(to.Live(target));
            string next = token ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            _rewrites[next] = new Rewrite(key, done, token is null ? options.Clock.GetUtcNow() : _rewrites[next].Started);
            await ResponseAsync(call, done, size, next, null);
            return;
        }
        if (token is not null) _rewrites.TryRemove(token, out _);
        await ResponseAsync(call, size, size, null, Publish(source, to, target, fields, conditions, keepComponents: !inSteps));
    }

    public async Task CopyAsync(GcsCall call, GcsBucket from, string name, GcsBucket to, string target)
    {
        GcsServer.CheckObjectName(target);
        var source = Source(call, from, name);
        var fields = Fields(source, await call.BodyAsync());
        await call.ObjectAsync(Publish(source, to, target, fields, GcsPreconditions.From(call), keepComponents: true));
    }

    public static Task MoveAsync(GcsCall call, GcsBucket bucket, string name, string target)
    {
        GcsServer.CheckObjectName(target);
        if (name == target) throw GcsError.Invalid("The source and destination object names must differ.");
        return call.ObjectAsync(bucket.Move(name, target, GcsPreconditions.From(call, "ifSource"), GcsPreconditions.From(call)));
    }

    public async Task ComposeAsync(GcsCall call, GcsBucket bucket, string target)
    {
        GcsServer.CheckObjectName(target);
        var request = await call.BodyAsync();
        if (request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("sourceObjects", out var sources) || sources.ValueKind != JsonValueKind.Array || sources.GetArrayLength() == 0)
            throw GcsError.Required("You must provide at least one source component.", "sourceObjects");
        if (sources.GetArrayLength() > 32) throw GcsError.Invalid("The number of source components provided (" + sources.GetArrayLength().ToString(CultureInfo.InvariantCulture)
            + ") exceeds the maximum (32)");
        bool deleteSources = request.TryGetProperty("deleteSourceObjects", out var delete) && delete.ValueKind == JsonValueKind.True;
        var parts = new List<GcsObject>();
        int components = 0;
        foreach (var entry in sources.EnumerateArray())
        {
            string name = entry.TryGetProperty("name", out var text) ? text.GetString() ?? "" : throw GcsError.Required("Required", "sourceObjects.name");
            long? generation = entry.TryGetProperty("generation", out var number)
                ? long.Parse(number.ValueKind == JsonValueKind.Number ? number.GetRawText() : number.GetString()!, CultureInfo.InvariantCulture) : null;
            var source = bucket.Get(name, generation);
            GcsPreconditions.FromSource(entry).Check(source);
            parts.Add(source);
            components += source.ComponentCount ?? 1;
        }
        var fields = new GcsFields();
        string? crc = null;
        if (request.TryGetProperty("destination", out var destination) && destination.ValueKind == JsonValueKind.Object)
        {
            fields = fields.Apply(destination);
            if (destination.TryGetProperty("crc32c", out var expected)) crc = expected.GetString();
        }
        var content = GcsContent.Concatenate([.. parts.Select(part => part.Content)]);
        GcsUploads.Verify(content, crc, null, null);
        await call.ObjectAsync(bucket.Put(target, content, fields, GcsPreconditions.From(call), components, deleteSources ? parts : []));
    }

    private static GcsObject Source(GcsCall call, GcsBucket from, string name)
    {
        var source = from.Get(name, call.Number("sourceGeneration"));
        GcsPreconditions.From(call, "ifSource").Check(source);
        return source;
    }

    /// <summary>An empty body copies the source's metadata, any other replaces it.</summary>
    private static GcsFields Fields(GcsObject source, JsonElement resource)
    {
        if (resource.ValueKind == JsonValueKind.Undefined || !resource.EnumerateObject().Any()) return source.Fields with { TemporaryHold = false, EventBasedHold = false, StorageClass = null };
        return new GcsFields().Apply(resource);
    }

    private static GcsObject Publish(GcsObject source, GcsBucket to, string target, GcsFields fields, GcsPreconditions conditions, bool keepComponents) =>
        to.Put(target, source.Content, fields, conditions, source.ComponentCount is null ? null : keepComponents ? source.ComponentCount : 1);

    private static Task ResponseAsync(GcsCall call, long done, long size, string? token, GcsObject? made)
    {
        return call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("kind", "storage#rewriteResponse");
            json.WriteString("totalBytesRewritten", done.ToString(CultureInfo.InvariantCulture));
            json.WriteString("objectSize", size.ToString(CultureInfo.InvariantCulture));
            json.WriteBoolean("done", made is not null);
            if (token is not null) json.WriteString("rewriteToken", token);
            if (made is not null)
            {
                json.WritePropertyName("resource");
                call.Write(json, made, FieldMask.All);
            }
            json.WriteEndObject();
        });
    }

    private sealed record Rewrite(string Key, long Done, DateTimeOffset Started);
}
