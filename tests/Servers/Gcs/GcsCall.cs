using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Cairn.TestServers.Gcs;

/// <summary>One request: its path from the raw target (an object name keeps its encoded slashes), its query, and how to answer.</summary>
internal sealed class GcsCall
{
    private static readonly JsonWriterOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    // The service does not say from where on it packs.
    private const int WorthPacking = 1024;
    private readonly Dictionary<string, StringValues> _query;

    public GcsCall(HttpContext context, GcsFakeOptions options)
    {
        (Context, Options) = (context, options);
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) target = target[target.IndexOf('/', 7)..];
        int question = target.IndexOf('?', StringComparison.Ordinal);
        RawPath = question < 0 ? target : target[..question];
        RawQuery = question < 0 ? "" : target[(question + 1)..];
        _query = QueryHelpers.ParseQuery(RawQuery);
        Segments = [.. RawPath.TrimStart('/').Split('/').Select(Uri.UnescapeDataString)];
        // Clients that take STORAGE_EMULATOR_HOST for the whole base address begin with the bucket collection; no bucket has so short a name.
        if (Segments[0] == "b") Segments = ["storage", "v1", .. Segments];
    }

    public HttpContext Context { get; }
    public GcsFakeOptions Options { get; }
    public string RawPath { get; }
    public string RawQuery { get; }
    public string[] Segments { get; }
    public string Method => Context.Request.Method;
    public GcsAccess Access { get; set; } = GcsAccess.Full;
    public CancellationToken Aborted => Context.RequestAborted;
    public string Endpoint => $"{Context.Request.Scheme}://{Context.Request.Host}";
    public FieldMask Fields => FieldMask.Parse(Query("fields"));

    /// <summary>The same request, answered elsewhere: for a part of a batch that could not be read.</summary>
    public GcsCall For(HttpContext inner)
    {
        inner.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = RawPath;
        inner.Request.Method = Method;
        return new GcsCall(inner, Options);
    }

    public string? Query(string name) => _query.TryGetValue(name, out var value) ? value.ToString() : null;

    public string[] QueryAll(string name) => _query.TryGetValue(name, out var value) ? [.. value.OfType<string>()] : [];

    public IEnumerable<KeyValuePair<string, string>> QueryPairs => _query.Select(p => KeyValuePair.Create(p.Key, p.Value.ToString()));

    public long? Number(string name) => Query(name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) => value,
        _ => throw GcsError.Invalid($"Invalid value for: {name}", name),
    };

    public bool Flag(string name) => Query(name) switch
    {
        null or "false" => false,
        "true" or "" => true,
        _ => throw GcsError.Invalid($"Invalid value for: {name}", name),
    };

    public string? Header(string name) => Context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    public bool AcceptsGzip => (Header("Accept-Encoding") ?? "").Split(',').Any(e => e.Split(';')[0].Trim().Equals("gzip", StringComparison.OrdinalIgnoreCase));

    /// <summary>The JSON body, unpacked where it comes as gzip; an undefined element where there is none.</summary>
    public async Task<JsonElement> BodyAsync()
    {
        var buffer = new MemoryStream();
        switch (Header("Content-Encoding"))
        {
            case null or "" or "identity":
                await Context.Request.Body.CopyToAsync(buffer, Aborted);
                break;
            case "gzip":
                try
                {
                    await using var plain = new GZipStream(Context.Request.Body, CompressionMode.Decompress);
                    await plain.CopyToAsync(buffer, Aborted);
                }
                catch (InvalidDataException)
                {
                    throw new GcsError(400, "parseError", "Parse Error");
                }
                break;
            case var other: throw GcsError.Invalid($"Unsupported Content-Encoding: {other}");
        }
        return Parse(buffer.ToArray());
    }

    public static JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty) return default;
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object => document.RootElement.Clone(),
                // What Google's Go client sends for no resource.
                JsonValueKind.Null => default,
                _ => throw new GcsError(400, "parseError", "Parse Error"),
            };
        }
        catch (JsonException)
        {
            throw new GcsError(400, "parseError", "Parse Error");
        }
    }

    public async Task JsonAsync(int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, _plain)) write(json);
        var body = buffer.WrittenMemory;
        var response = Context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=UTF-8";
        if (body.Length >= WorthPacking && TakesPackedAnswers)
        {
            var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(body.Span);
            body = packed.GetBuffer().AsMemory(0, (int)packed.Length);
            response.Headers.ContentEncoding = "gzip";
        }
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, Aborted);
    }

    /// <summary>The header alone is not enough: the name of the client must say it too.</summary>
    private bool TakesPackedAnswers => AcceptsGzip && (Header("User-Agent") ?? "").Contains("gzip", StringComparison.OrdinalIgnoreCase);

    public Task ObjectAsync(GcsObject value, int status = 200)
    {
        Context.Response.Headers.ETag = value.ETag;
        var mask = Fields;
        return JsonAsync(status, json => Write(json, value, mask));
    }

    public void Write(Utf8JsonWriter json, GcsObject value, FieldMask mask) => value.WriteTo(json, mask, Endpoint, Options.OmitSizeZero);

    public Task EmptyAsync(int status)
    {
        Context.Response.StatusCode = status;
        if (status is not (204 or 304)) Context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>An error answers in JSON, a failed download in plain text, 304 with nothing.</summary>
    public async Task ErrorAsync(GcsError error)
    {
        var response = Context.Response;
        if (error.RetryAfter is { } after) response.Headers.RetryAfter = after;
        if (error.ContentRangeLength is { } length) response.Headers.ContentRange = $"bytes */{length}";
        if (error.Status == 401) response.Headers.WWWAuthenticate = "Bearer realm=\"https://accounts.google.com/\"";
        if (error.Status == 304) { await EmptyAsync(304); return; }
        if (Query("alt") == "media" && Method is ("GET" or "HEAD"))
        {
            response.StatusCode = error.Status;
            response.ContentType = "text/html; charset=UTF-8";
            await response.WriteAsync(error.Message, Aborted);
            return;
        }
        await JsonAsync(error.Status, json => error.WriteTo(json, Options.ErrorCodeAsText));
    }
}
