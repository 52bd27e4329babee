using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Xunit;

namespace Acme.Sample.Tests;

/// <summary>
/// One container for the tests of a class. Here it is an independent reader of the files of the store. Use the image of your service, publish its port
/// (<c>WithPortBinding(21, true)</c>), wait until it responds, and pass its address to the harness.
/// </summary>
public sealed class SampleContainer : IAsyncLifetime
{
    private IContainer? _container;

    /// <summary>Gets the reason why no container is available; empty if one is available.</summary>
    public string Missing { get; private set; } = "";

    /// <summary>Gets the container. Only available if <see cref="Missing"/> is empty.</summary>
    public IContainer Container => _container ?? throw new InvalidOperationException(Missing);

    public async ValueTask InitializeAsync()
    {
        // Another image with a shell and sha256sum can be set, for machines without access to a registry.
        var image = Environment.GetEnvironmentVariable("PLUGIN_TEST_IMAGE") is { Length: > 0 } named ? named : "busybox:1.37";
        try
        {
            if (TestcontainersSettings.OS.DockerEndpointAuthConfig is null)
            {
                Missing = "No Docker engine responds. Start one, or set DOCKER_HOST to its address; an engine older than version 25 also requires DOCKER_API_VERSION.";
                return;
            }
            var container = new ContainerBuilder(image)
                .WithEntrypoint("/bin/sh", "-c", "echo ready; exec sleep 3600")
                .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged("ready", wait => wait.WithTimeout(TimeSpan.FromMinutes(2))))
                .Build();
            await container.StartAsync();
            _container = container;
        }
        catch (Exception e) when (e is DockerApiException or ResourceReaperException)
        {
            Missing = $"The Docker engine cannot run {image}, or the image that removes containers after the tests (set TESTCONTAINERS_RYUK_DISABLED=true to do without it): {e.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await _container.DisposeAsync();
    }
}
