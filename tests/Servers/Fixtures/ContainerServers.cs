using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cairn.TestServers.Fixtures;

/// <summary>A server as a container.</summary>
/// <param name="Kind">Its label: one container per kind is kept.</param>
/// <param name="Port">The port inside.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Command">Arguments; empty keeps the image's own.</param>
internal sealed record ContainerSpec(string Kind, int Port, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Command);

/// <summary>Finds a labelled container of an earlier test program of this boot, or starts one; what is stale goes.</summary>
internal static class ContainerServers
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>An engine that answers; started by hand where the scripts can.</summary>
    public static async Task<DockerEngine> EngineAsync(CancellationToken cancellationToken)
    {
        var engine = new DockerEngine();
        try
        {
            if (!await engine.AnswersAsync(cancellationToken)) await ServerScripts.RunAsync("docker-engine", [], null, TimeSpan.FromMinutes(10), cancellationToken);
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The image to use: the one that the environment names; else the local one where it was built before; else the public one; else the local one, built now.
    /// </summary>
    public static async Task<string> ImageAsync(DockerEngine engine, string variable, string publicImage, string script, CancellationToken cancellationToken)
    {
        if (System.Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named)
        {
            if (await engine.ImageIdAsync(named, cancellationToken) is null) await engine.PullAsync(named, cancellationToken);
            return named;
        }
        string? local = await TryScriptAsync(script, "--find", cancellationToken);
        if (local is not null) return local;
        if (await engine.ImageIdAsync(publicImage, cancellationToken) is not null) return publicImage;
        try
        {
            await engine.PullAsync(publicImage, cancellationToken);
            return publicImage;
        }
        catch (ServerUnavailableException pull)
        {
            try { return await ServerScripts.RunAsync(script, [], null, TimeSpan.FromMinutes(15), cancellationToken); }
            catch (ServerUnavailableException build) { throw new ServerUnavailableException($"{pull.Message}; and a local one cannot be built: {build.Message}"); }
        }
    }

    public static async Task<(Uri Endpoint, string Origin)> EnsureAsync(DockerEngine engine, ContainerSpec spec, string image, CancellationToken cancellationToken)
    {
        using var held = await ServerScripts.LockAsync(spec.Kind, cancellationToken);
        string id = await engine.ImageIdAsync(image, cancellationToken) ?? throw new ServerUnavailableException($"the engine has no image {image}");
        string description = string.Join('\n', [id, .. spec.Environment.Select(e => $"{e.Key}={e.Value}").Order(StringComparer.Ordinal), .. spec.Command]);
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(description)))[..16];

        foreach (var found in await engine.ListAsync(spec.Kind, cancellationToken))
        {
            string container = (string)found!["Id"]!;
            bool usable = (string?)found["State"] == "running" && (string?)found["Labels"]?["cairn.boot"] == ServerScripts.Boot && (string?)found["Labels"]?["cairn.spec"] == digest;
            // One that runs and is busy with another test program's requests is given time: to remove it would break those.
            if (usable && await ReadyAsync(engine, container, spec.Port, _patience, cancellationToken) is { } endpoint) return (endpoint, $"container {container[..12]} of {image}, found running");
            await engine.RemoveAsync(container, cancellationToken);
        }

        string port = $"{spec.Port}/tcp";
        var body = new JsonObject
        {
            ["Image"] = image,
            ["Env"] = new JsonArray([.. spec.Environment.Select(e => JsonValue.Create($"{e.Key}={e.Value}"))]),
            ["Labels"] = new JsonObject { ["cairn.test"] = "true", ["cairn.kind"] = spec.Kind, ["cairn.boot"] = ServerScripts.Boot, ["cairn.spec"] = digest },
            ["ExposedPorts"] = new JsonObject { [port] = new JsonObject() },
            ["HostConfig"] = new JsonObject { ["PortBindings"] = new JsonObject { [port] = new JsonArray(new JsonObject { ["HostIp"] = "127.0.0.1", ["HostPort"] = "" }) } },
        };
        if (spec.Command.Count > 0) body["Cmd"] = new JsonArray([.. spec.Command.Select(c => JsonValue.Create(c))]);
        string made = await engine.CreateAsync(body, cancellationToken);
        await engine.StartAsync(made, cancellationToken);
        if (await ReadyAsync(engine, made, spec.Port, _patience, cancellationToken) is { } ready) return (ready, $"container {made[..12]} of {image}");
        string logs = await engine.LogsAsync(made, cancellationToken);
        await engine.RemoveAsync(made, cancellationToken);
        throw new ServerUnavailableException($"the container of {image} did not become ready within {_patience.TotalSeconds:0} s{(logs.Length > 0 ? "; it said: " + logs : "")}");
    }

    private static async Task<string?> TryScriptAsync(string script, string argument, CancellationToken cancellationToken)
    {
        try { return await ServerScripts.RunAsync(script, [argument], null, TimeSpan.FromMinutes(1), cancellationToken); }
        catch (ServerUnavailableException) { return null; }
    }

    /// <summary>Where the container answers: its own address where this machine reaches it (no copying proxy between), else the published port; null when it never does.</summary>
    private static async Task<Uri?> ReadyAsync(DockerEngine engine, string container, int port, TimeSpan patience, CancellationToken cancellationToken)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (System.Diagnostics.Stopwatch.GetElapsedTime(start) < patience)
        {
            var state = await engine.InspectAsync(container, cancellationToken);
            if ((bool?)state["State"]?["Running"] != true) return null;
            string? published = (string?)state["NetworkSettings"]?["Ports"]?[$"{port}/tcp"]?[0]?["HostPort"];
            string? own = (string?)state["NetworkSettings"]?["IPAddress"];
            if (own is { Length: > 0 } && OperatingSystem.IsLinux() && await Readiness.AnswersAsync(new Uri($"http://{own}:{port}"), cancellationToken)) return new Uri($"http://{own}:{port}");
            if (published is not null && await Readiness.AnswersAsync(new Uri($"http://127.0.0.1:{published}"), cancellationToken)) return new Uri($"http://127.0.0.1:{published}");
            await Task.Delay(200, cancellationToken);
        }
        return null;
    }
}

/// <summary>Whether a server speaks HTTP.</summary>
internal static class Readiness
{
    private static readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Any answer but an internal error counts: who asks without credentials is refused.</summary>
    public static async Task<bool> AnswersAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await _http.GetAsync(endpoint, cancellationToken);
            return (int)reply.StatusCode < 500;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException || e is TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
