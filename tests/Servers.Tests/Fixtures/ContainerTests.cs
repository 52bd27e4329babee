using Cairn.TestServers.Fixtures;

namespace Cairn.TestServers.Tests.Fixtures;

public sealed class ContainerTests
{
    [Fact]
    public async Task A_container_is_kept_while_it_fits_and_replaced_when_it_does_not()
    {
        DockerEngine engine;
        string image;
        try
        {
            engine = await ContainerServers.EngineAsync(CancellationToken.None);
            image = await ContainerServers.ImageAsync(engine, "CAIRN_TEST_AZURE_IMAGE", "mcr.microsoft.com/azure-storage/azurite:latest", "azurite-image", CancellationToken.None);
        }
        catch (ServerUnavailableException e)
        {
            Assert.Skip(e.Message);
            return;
        }
        using (engine)
        {
            string kind = "kept-" + Guid.NewGuid().ToString("N")[..8];
            string[] command = image.StartsWith("cairn-test/", StringComparison.Ordinal) ? [] : ["azurite-blob", "--blobHost", "0.0.0.0"];
            ContainerSpec Spec(string value) => new(kind, 10000, new Dictionary<string, string> { ["MARK"] = value }, command);
            try
            {
                var first = await ContainerServers.EnsureAsync(engine, Spec("1"), image, CancellationToken.None);
                var again = await ContainerServers.EnsureAsync(engine, Spec("1"), image, CancellationToken.None);
                (again.Endpoint, again.Origin).ShouldBe((first.Endpoint, first.Origin + ", found running"));
                string before = (string)(await engine.ListAsync(kind, CancellationToken.None)).Single()!["Id"]!;
                await ContainerServers.EnsureAsync(engine, Spec("2"), image, CancellationToken.None);
                var left = (await engine.ListAsync(kind, CancellationToken.None)).Single()!;
                ((string)left["Id"]!).ShouldNotBe(before);
                ((string)left["Labels"]!["cairn.boot"]!).ShouldBe(ServerScripts.Boot);
            }
            finally
            {
                foreach (var container in await engine.ListAsync(kind, CancellationToken.None)) await engine.RemoveAsync((string)container!["Id"]!, CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task A_container_that_ends_at_once_says_why()
    {
        DockerEngine engine;
        string image;
        try
        {
            engine = await ContainerServers.EngineAsync(CancellationToken.None);
            image = await ContainerServers.ImageAsync(engine, "CAIRN_TEST_AZURE_IMAGE", "mcr.microsoft.com/azure-storage/azurite:latest", "azurite-image", CancellationToken.None);
        }
        catch (ServerUnavailableException e)
        {
            Assert.Skip(e.Message);
            return;
        }
        using (engine)
        {
            var spec = new ContainerSpec("ends-" + Guid.NewGuid().ToString("N")[..8], 10000, new Dictionary<string, string>(), ["--no-such-option-here"]);
            var failure = await Should.ThrowAsync<ServerUnavailableException>(() => ContainerServers.EnsureAsync(engine, spec, image, CancellationToken.None));
            failure.Message.ShouldContain(image);
            (await engine.ListAsync(spec.Kind, CancellationToken.None)).ShouldBeEmpty();
        }
    }
}
