using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;

namespace Cairn.TestServers.Fixtures;

/// <summary>The Docker engine, and the images of the servers on it.</summary>
internal static class ContainerImages
{
    /// <summary>An engine that answers; started by hand where the scripts can.</summary>
    public static async Task<DockerClient> EngineAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            var newest = System.Version.Parse(await ServerScripts.RunAsync("docker-engine", [], null, TimeSpan.FromMinutes(10), cancellationToken));
            // Testcontainers speaks 1.44 unless this variable, read once, says otherwise; an older engine refuses that.
            if (newest < new System.Version(1, 44) && ServerChoice.Variable("DOCKER_API_VERSION") is null) Environment.SetEnvironmentVariable("DOCKER_API_VERSION", newest.ToString());
        }
        return TestcontainersSettings.OS.DockerEndpointAuthConfig?.GetDockerClientBuilder().Build()
            ?? throw new ServerUnavailableException("no Docker engine answers: start it, or name it by DOCKER_HOST");
    }

    /// <summary>
    /// The image to use: the one that the environment names; else the local one where it was built before; else the public one; else the local one, built now.
    /// </summary>
    public static async Task<string> FindAsync(DockerClient engine, string variable, string publicImage, string script, CancellationToken cancellationToken)
    {
        string? named = ServerChoice.Variable(variable);
        if (named is null && await TryScriptAsync(script, "--find", cancellationToken) is { } local) return local;
        string image = named ?? publicImage;
        try
        {
            if (await IdAsync(engine, image, cancellationToken) is null) await PullAsync(engine, image, cancellationToken);
            return image;
        }
        catch (ServerUnavailableException pull) when (named is null)
        {
            try { return await ServerScripts.RunAsync(script, [], null, TimeSpan.FromMinutes(15), cancellationToken); }
            catch (ServerUnavailableException build) { throw new ServerUnavailableException($"{pull.Message}; and a local one cannot be built: {build.Message}"); }
        }
    }

    /// <summary>The digest of an image that the engine has; null where it has none of that name.</summary>
    public static async Task<string?> IdAsync(DockerClient engine, string image, CancellationToken cancellationToken)
    {
        try { return (await engine.Images.InspectImageAsync(image, cancellationToken)).ID; }
        catch (DockerImageNotFoundException) { return null; }
    }

    private static async Task PullAsync(DockerClient engine, string image, CancellationToken cancellationToken)
    {
        var failure = new PullFailure();
        try { await engine.Images.CreateImageAsync(new ImagesCreateParameters { FromImage = image }, null, failure, cancellationToken); }
        catch (DockerApiException e) { throw new ServerUnavailableException($"the image {image} cannot be pulled: {e.ResponseBody?.Trim() ?? e.Message}"); }
        if (failure.Message is not null) throw new ServerUnavailableException($"the image {image} cannot be pulled: {failure.Message}");
    }

    private static async Task<string?> TryScriptAsync(string script, string argument, CancellationToken cancellationToken)
    {
        try { return await ServerScripts.RunAsync(script, [argument], null, TimeSpan.FromMinutes(1), cancellationToken); }
        catch (ServerUnavailableException) { return null; }
    }

    /// <summary>The engine sends its status before the pull ends; a failure in the middle is one of the messages of the progress.</summary>
    private sealed class PullFailure : IProgress<JSONMessage>
    {
        public string? Message { get; private set; }

        public void Report(JSONMessage value) => Message = value.Error?.Message ?? Message;
    }
}
