using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.TestServers.Gcs;

namespace Cairn.TestServers.Tests.Gcs;

/// <summary>A fake of its own and a bare HTTP client per test.</summary>
public abstract class GcsTest : IAsyncLifetime
{
    private protected HttpClient Http = null!;
    private protected string Bucket = null!;

    private protected GcsFake Fake { get; private set; } = null!;

    private protected virtual GcsFakeOptions Options() => new();

    public async ValueTask InitializeAsync()
    {
        Fake = await GcsFake.StartAsync(Options());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Fake.Endpoint };
        Bucket = Fake.CreateBucket();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Fake.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected string Objects => $"/storage/v1/b/{Bucket}/o";
    private protected string Upload => $"/upload/storage/v1/b/{Bucket}/o";
    private protected string Path(string name) => $"{Objects}/{Uri.EscapeDataString(name)}";

    private protected async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value)) content!.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), all);
    }

    private protected Task<Reply> GetAsync(string path, params (string, string)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    private protected Task<Reply> PostAsync(string path, string? json = null, params (string, string)[] headers) =>
        SendAsync(HttpMethod.Post, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), headers);

    private protected Task<Reply> PatchAsync(string path, string json, params (string, string)[] headers) =>
        SendAsync(HttpMethod.Patch, path, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    /// <summary>A media upload that must succeed; the object's resource.</summary>
    private protected async Task<JsonNode> PutAsync(string name, byte[] content, string query = "")
    {
        var reply = await MediaAsync(name, content, query);
        reply.Status.ShouldBe(200, reply.Text);
        return reply.Json;
    }

    private protected Task<JsonNode> PutAsync(string name, string content = "x", string query = "") => PutAsync(name, Encoding.UTF8.GetBytes(content), query);

    private protected Task<Reply> MediaAsync(string name, byte[] content, string query = "", params (string, string)[] headers)
    {
        var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        return SendAsync(HttpMethod.Post, $"{Upload}?uploadType=media&name={Uri.EscapeDataString(name)}{query}", body, headers);
    }

    private protected Task<Reply> MultipartAsync(string json, byte[] media, string query = "", string? contentType = "text/csv", params (string, string)[] headers)
    {
        var multipart = new MultipartContent("related", "frontier-77");
        multipart.Add(new StringContent(json, Encoding.UTF8, "application/json"));
        var part = new ByteArrayContent(media);
        if (contentType is not null) part.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        multipart.Add(part);
        return SendAsync(HttpMethod.Post, $"{Upload}?uploadType=multipart{query}", multipart, headers);
    }

    /// <summary>A resumable session; its URI.</summary>
    private protected async Task<string> SessionAsync(string name, string query = "", string json = "{}", params (string, string)[] headers)
    {
        var reply = await PostAsync($"{Upload}?uploadType=resumable&name={Uri.EscapeDataString(name)}{query}", json, headers);
        reply.Status.ShouldBe(200, reply.Text);
        return reply.Headers["Location"];
    }

    private protected Task<Reply> ChunkAsync(string session, byte[] bytes, string? range, params (string, string)[] headers)
    {
        var content = new ByteArrayContent(bytes);
        if (range is not null) content.Headers.TryAddWithoutValidation("Content-Range", range);
        return SendAsync(HttpMethod.Put, session, content, headers);
    }

    private protected async Task<byte[]> ReadAsync(string name) => (await GetAsync(Path(name) + "?alt=media")).Body;

    private protected async Task<Reply> ListAsync(string query = "") => await GetAsync($"{Objects}?{query}");

    private protected static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected sealed record Reply(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
    {
        public string Text => Encoding.UTF8.GetString(Body);
        public JsonNode Json => JsonNode.Parse(Body)!;
        public string Reason => (string)Json["error"]!["errors"]![0]!["reason"]!;
        public string[] Names => [.. (Json["items"]?.AsArray() ?? []).Select(i => (string)i!["name"]!)];
        public string[] Prefixes => [.. (Json["prefixes"]?.AsArray() ?? []).Select(p => (string)p!)];
    }
}
