using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Xunit;

namespace Acme.Sample.Tests;

/// <summary>
/// One container for the tests of a class. This one is an independent reader of what the store wrote; use your service's image, publish its port (<c>WithPortBinding(21, true)</c>), wait for its
/// answer, and give its address to the harness.
/// </summary>
public sealed class SampleContainer : IAsyncLifetime
{
    private IContainer? _container;

    /// <summary>Why there is no container; empty where there is one.</summary>
    public string Missing { get; private set; } = "";

    /// <summary>The container; only where <see cref="Missing"/> is empty.</summary>
    public IContainer Container => _container ?? throw new InvalidOperationException(Missing);

    public async ValueTask InitializeAsync()
    {
        // Another image with a shell and sha256sum, for a machine that reaches no registry.
        var image = Environment.GetEnvironmentVariable("PLUGIN_TEST_IMAGE") is { Length: > 0 } named ? named : "busybox:1.37";
        try
        {
            if (TestcontainersSettings.OS.DockerEndpointAuthConfig is null)
            {
                Missing = "No Docker engine answers. Start one, or name it by DOCKER_HOST; an engine older than 25 also needs DOCKER_API_VERSION.";
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
            Missing = $"The Docker engine cannot run {image}, or the image that removes containers after the tests (TESTCONTAINERS_RYUK_DISABLED=true does without): {e.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await _container.DisposeAsync();
    }
}
