using System.Security.Cryptography;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.TestServers.Fixtures;

/// <summary>A server as a container.</summary>
/// <param name="Kind">Its label: one container per kind is kept.</param>
/// <param name="Port">The port inside.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Command">Arguments; empty keeps the image's own.</param>
internal sealed record ContainerSpec(string Kind, int Port, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Command)
{
    /// <summary>Whether the server answers at an address; by default, whether it speaks HTTP.</summary>
    public Func<Uri, CancellationToken, Task<bool>> AnswersAsync { get; init; } = Readiness.AnswersAsync;
}

/// <summary>Finds the container of an earlier test program of this boot and of this run folder, or starts one; what is stale is removed.</summary>
internal static class ContainerServers
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>A container of an image that the engine has, and where it answers.</summary>
    public static async Task<(Uri Endpoint, string Origin)> EnsureAsync(DockerClient engine, ContainerSpec spec, string image, CancellationToken cancellationToken)
    {
        using var held = await ServerScripts.LockAsync(spec.Kind, cancellationToken);
        string id = await ContainerImages.IdAsync(engine, image, cancellationToken) ?? throw new ServerUnavailableException($"the engine has no image {image}");
        string description = string.Join('\n', [ServerScripts.RunFolder, spec.Kind, ServerScripts.Boot, id, .. spec.Environment.Select(e => $"{e.Key}={e.Value}")
            .Order(StringComparer.Ordinal), .. spec.Command]);
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(description)))[..16];
        bool found = false;
        foreach (var earlier in await ListAsync(engine, spec.Kind, cancellationToken))
        {
            if (earlier.State == "running" && earlier.Labels.TryGetValue("cairn.spec", out string? its) && its == digest) found = true;
            else await RemoveAsync(engine, earlier.ID, cancellationToken);
        }
        while (true)
        {
            var answering = new Answering(spec);
            // It is not disposed: that would stop it, and the next test program wants it.
            var container = Build(spec, image, digest, answering);
            try
            {
                await container.StartAsync(cancellationToken);
                return (answering.Endpoint!, $"container {container.Id[..12]} of {image}{(found ? ", found running" : "")}");
            }
            catch (Exception e) when (e is TimeoutException or ContainerNotRunningException or DockerApiException)
            {
                var (output, error) = e is TimeoutException ? await container.GetLogsAsync(timestampsEnabled: false, ct: cancellationToken) : ("", "");
                foreach (var failed in await ListAsync(engine, spec.Kind, cancellationToken)) await RemoveAsync(engine, failed.ID, cancellationToken);
                // One that ran and answers no more is replaced; a new one that does not answer is a fault of its image or settings.
                if (!found) throw new ServerUnavailableException($"the container of {image} did not become ready{(e is TimeoutException ? $" within {_patience.TotalSeconds:0} s; it said: {Last(output)} {Last(error)}" : ": " + e.Message)}");
                found = false;
            }
        }
    }

    private static IContainer Build(ContainerSpec spec, string image, string digest, IWaitUntil ready)
    {
        var builder = new ContainerBuilder(image).WithImagePullPolicy(PullPolicy.Never).WithLogger(NullLogger.Instance)
            .WithEnvironment(spec.Environment).WithPortBinding(spec.Port, true)
            .WithCreateParameterModifier(static made => { foreach (var binding in made.HostConfig!.PortBindings!.Values.SelectMany(static b => b)) binding.HostIP = "127.0.0.1"; })
            .WithLabel("cairn.test", spec.Kind).WithLabel("cairn.run", ServerScripts.RunFolder).WithLabel("cairn.spec", digest).WithReuse(_ => digest)
            .WithWaitStrategy(Wait.ForUnixContainer().AddCustomWaitStrategy(ready, wait => wait.WithInterval(TimeSpan.FromMilliseconds(200)).WithTimeout(_patience)));
        return (spec.Command.Count > 0 ? builder.WithCommand([.. spec.Command]) : builder).Build();
    }

    private static string Last(string log) => string.Join('\n', log.Trim().Split('\n').TakeLast(10));

    /// <summary>The containers of a kind that belong to this run folder, of whatever boot and state.</summary>
    public static async Task<IList<ContainerListResponse>> ListAsync(DockerClient engine, string kind, CancellationToken cancellationToken) =>
        await engine.Containers.ListContainersAsync(new ContainersListParameters
        {
            All = true,
            Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { ["cairn.test=" + kind] = true, ["cairn.run=" + ServerScripts.RunFolder] = true } },
        }, cancellationToken);

    /// <summary>Removes a container, unless it is gone or another program removes it.</summary>
    public static async Task RemoveAsync(DockerClient engine, string container, CancellationToken cancellationToken)
    {
        try { await engine.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken); }
        catch (DockerApiException e) when (e.StatusCode is System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Conflict) { }
    }

    /// <summary>Waits until the server answers: at the container's own address where this machine reaches it (no copying proxy between), else at the published port.</summary>
    private sealed class Answering(ContainerSpec spec) : IWaitUntil
    {
        public Uri? Endpoint { get; private set; }

        public async Task<bool> UntilAsync(IContainer container)
        {
            var candidates = new List<Uri> { new($"http://127.0.0.1:{container.GetMappedPublicPort(spec.Port)}") };
            if (OperatingSystem.IsLinux() && container.IpAddress is { Length: > 0 } own) candidates.Insert(0, new Uri($"http://{own}:{spec.Port}"));
            foreach (var candidate in candidates)
            {
                if (!await spec.AnswersAsync(candidate, CancellationToken.None)) continue;
                Endpoint = candidate;
                return true;
            }
            return false;
        }
    }
}
