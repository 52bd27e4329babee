using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Cairn.TestServers.Fixtures;

/// <summary>The few calls of the Docker Engine's HTTP API that the fixtures need, over its socket (or DOCKER_HOST).</summary>
internal sealed class DockerEngine : IDisposable
{
    private readonly HttpClient _http;

    public DockerEngine()
    {
        string host = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } set ? set : "unix:///var/run/docker.sock";
        if (host.StartsWith("tcp://", StringComparison.Ordinal)) _http = new HttpClient { BaseAddress = new Uri("http://" + host[6..]) };
        else if (host.StartsWith("unix://", StringComparison.Ordinal))
        {
            var handler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await socket.ConnectAsync(new UnixDomainSocketEndPoint(host[7..]), cancellationToken);
                        return new NetworkStream(socket, ownsSocket: true);
                    }
                    catch
                    {
                        socket.Dispose();
                        throw;
                    }
                },
            };
            _http = new HttpClient(handler) { BaseAddress = new Uri("http://docker") };
        }
        else throw new ServerUnavailableException($"DOCKER_HOST={host} is neither unix:// nor tcp://");
        _http.Timeout = Timeout.InfiniteTimeSpan;
    }

    public void Dispose() => _http.Dispose();

    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await _http.GetAsync("/_ping", cancellationToken).WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
            return reply.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException or SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>The digest of an image that the engine has; null where it has none of that name.</summary>
    public async Task<string?> ImageIdAsync(string image, CancellationToken cancellationToken)
    {
        using var reply = await _http.GetAsync($"/images/{image}/json", cancellationToken);
        return reply.StatusCode == HttpStatusCode.NotFound ? null : (string?)(await ReadAsync(reply, cancellationToken))["Id"];
    }

    /// <summary>Pulls an image; the engine's complaint becomes the exception's message.</summary>
    public async Task PullAsync(string image, CancellationToken cancellationToken)
    {
        int tag = image.LastIndexOf(':');
        bool tagged = tag > image.LastIndexOf('/');
        string query = $"fromImage={Uri.EscapeDataString(tagged ? image[..tag] : image)}&tag={Uri.EscapeDataString(tagged ? image[(tag + 1)..] : "latest")}";
        using var reply = await _http.PostAsync($"/images/create?{query}", null, cancellationToken);
        string progress = await reply.Content.ReadAsStringAsync(cancellationToken);
        if (!reply.IsSuccessStatusCode) throw new ServerUnavailableException($"the image {image} cannot be pulled: {Message(progress)}");
        // The status is sent before the pull ends; a failure is the last line of the progress.
        string last = progress.TrimEnd().Split('\n')[^1];
        if (JsonNode.Parse(last)?["error"] is { } error) throw new ServerUnavailableException($"the image {image} cannot be pulled: {error}");
    }

    public async Task<JsonArray> ListAsync(string kind, CancellationToken cancellationToken)
    {
        string filters = new JsonObject { ["label"] = new JsonArray("cairn.test", "cairn.kind=" + kind) }.ToJsonString();
        using var reply = await _http.GetAsync($"/containers/json?all=true&filters={Uri.EscapeDataString(filters)}", cancellationToken);
        return (await ReadAsync(reply, cancellationToken)).AsArray();
    }

    public async Task<string> CreateAsync(JsonObject container, CancellationToken cancellationToken)
    {
        using var reply = await _http.PostAsync("/containers/create", JsonContent.Create(container), cancellationToken);
        return (string)(await ReadAsync(reply, cancellationToken))["Id"]!;
    }

    public async Task StartAsync(string id, CancellationToken cancellationToken)
    {
        using var reply = await _http.PostAsync($"/containers/{id}/start", null, cancellationToken);
        if (!reply.IsSuccessStatusCode) throw new ServerUnavailableException($"the engine cannot start the container: {Message(await reply.Content.ReadAsStringAsync(cancellationToken))}");
    }

    public async Task<JsonNode> InspectAsync(string id, CancellationToken cancellationToken)
    {
        using var reply = await _http.GetAsync($"/containers/{id}/json", cancellationToken);
        return await ReadAsync(reply, cancellationToken);
    }

    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        using var reply = await _http.DeleteAsync($"/containers/{id}?force=true&v=true", cancellationToken);
        // Gone, or going: another program removes it.
        if (!reply.IsSuccessStatusCode && reply.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Conflict))
            throw new ServerUnavailableException($"the engine cannot remove the container {id[..12]}: {Message(await reply.Content.ReadAsStringAsync(cancellationToken))}");
    }

    /// <summary>The last lines that a container printed.</summary>
    public async Task<string> LogsAsync(string id, CancellationToken cancellationToken)
    {
        using var reply = await _http.GetAsync($"/containers/{id}/logs?stdout=true&stderr=true&tail=10", cancellationToken);
        byte[] raw = await reply.Content.ReadAsByteArrayAsync(cancellationToken);
        // Each frame has a head of eight bytes: the stream's number and the length.
        var text = new System.Text.StringBuilder();
        for (int at = 0; at + 8 <= raw.Length;)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(raw.AsSpan(at + 4));
            text.Append(System.Text.Encoding.UTF8.GetString(raw, at + 8, Math.Min(length, raw.Length - at - 8)));
            at += 8 + length;
        }
        return text.ToString().Trim();
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage reply, CancellationToken cancellationToken)
    {
        string text = await reply.Content.ReadAsStringAsync(cancellationToken);
        return reply.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new ServerUnavailableException($"the Docker engine refused: {Message(text)}");
    }

    private static string Message(string body)
    {
        try { return (string?)JsonNode.Parse(body)?["message"] ?? body.Trim(); }
        catch (System.Text.Json.JsonException) { return body.Trim(); }
    }
}
