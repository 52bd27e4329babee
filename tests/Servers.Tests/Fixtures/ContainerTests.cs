using Cairn.TestServers.Fixtures;
using Docker.DotNet;

namespace Cairn.TestServers.Tests.Fixtures;

/// <summary>What becomes of containers between test programs. Each test has a kind of its own, so that it meets no other's container.</summary>
public sealed class ContainerTests : IAsyncLifetime
{
    private readonly string _kind = "kept-" + Guid.NewGuid().ToString("N")[..8];
    private DockerClient? _engine;
    private string _image = "", _missing = "";

    private DockerClient Engine => _engine!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _engine = await ContainerImages.EngineAsync(CancellationToken.None);
            _image = await ContainerImages.FindAsync(_engine, "CAIRN_TEST_AZURE_IMAGE", "mcr.microsoft.com/azure-storage/azurite:latest", "azurite-image", CancellationToken.None);
        }
        catch (ServerUnavailableException e) { _missing = e.Message; }
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is null) return;
        foreach (var container in await ContainerServers.ListAsync(_engine, _kind, CancellationToken.None)) await ContainerServers.RemoveAsync(_engine, container.ID, CancellationToken.None);
        _engine.Dispose();
    }

    [Fact]
    public async Task A_container_is_kept_while_it_fits_and_replaced_when_it_does_not()
    {
        Assert.SkipUnless(_missing.Length == 0, _missing);
        var first = await EnsureAsync("1");
        var again = await EnsureAsync("1");
        // The same container; it may be reached at its own address or at its published port.
        again.Origin.ShouldBe(first.Origin + ", found running");
        var before = (await ListAsync()).Single();
        await EnsureAsync("2");
        (await ListAsync()).Single().ID.ShouldNotBe(before.ID);
    }

    [Fact]
    public async Task A_container_is_reached_from_this_machine_alone()
    {
        Assert.SkipUnless(_missing.Length == 0, _missing);
        await EnsureAsync("1");
        (await ListAsync()).Single().Ports.Where(p => p.PublicPort > 0).ShouldAllBe(p => p.IP == "127.0.0.1");
        (await ListAsync()).Single().Ports.ShouldContain(p => p.PrivatePort == 10000 && p.PublicPort > 0);
    }

    [Fact]
    public async Task A_container_that_has_stopped_is_replaced()
    {
        Assert.SkipUnless(_missing.Length == 0, _missing);
        await EnsureAsync("1");
        var before = (await ListAsync()).Single();
        await Engine.Containers.KillContainerAsync(before.ID, new(), CancellationToken.None);
        (await EnsureAsync("1")).Origin.ShouldNotEndWith("found running");
        (await ListAsync()).Single().ID.ShouldNotBe(before.ID);
    }

    [Fact]
    public async Task A_container_that_ends_at_once_says_why()
    {
        Assert.SkipUnless(_missing.Length == 0, _missing);
        var spec = new ContainerSpec(_kind, 10000, new Dictionary<string, string>(), ["--no-such-option-here"]);
        var failure = await Should.ThrowAsync<ServerUnavailableException>(() => ContainerServers.EnsureAsync(Engine, spec, _image, CancellationToken.None));
        failure.Message.ShouldContain(_image);
        failure.Message.ShouldContain("such-option-here");
        (await ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_says_why()
    {
        Assert.SkipUnless(_missing.Length == 0, _missing);
        const string Image = "localhost:1/cairn-test/missing:none";
        Environment.SetEnvironmentVariable("CAIRN_TEST_MISSING_IMAGE", Image);
        var failure = await Should.ThrowAsync<ServerUnavailableException>(() => ContainerImages.FindAsync(Engine, "CAIRN_TEST_MISSING_IMAGE", "", "azurite-image", CancellationToken.None));
        failure.Message.ShouldStartWith($"the image {Image} cannot be pulled: ");
    }

    private Task<(Uri Endpoint, string Origin)> EnsureAsync(string mark)
    {
        string[] command = _image.StartsWith("cairn-test/", StringComparison.Ordinal) ? [] : ["azurite-blob", "--blobHost", "0.0.0.0"];
        return ContainerServers.EnsureAsync(Engine, new(_kind, 10000, new Dictionary<string, string> { ["MARK"] = mark }, command), _image, CancellationToken.None);
    }

    private Task<IList<Docker.DotNet.Models.ContainerListResponse>> ListAsync() => ContainerServers.ListAsync(Engine, _kind, CancellationToken.None);
}
