using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Plugins;
using Cairn.Providers.Memory;
using Cairn.Tests;

namespace Cairn.Formats.MachineLearning.Tests;

/// <summary>The package as the command takes it: added as a plugin, with ML.NET in its folder.</summary>
public sealed class PluginTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("cairn-mlnet-plugin-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task The_plugin_loads_models_and_data()
    {
        await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://mlnet-plugin", cancellationToken: Cancel);
        var own = new ArtifactRepository(store, MaterializerRegistry.CreateDefault().Add(new TransformerMaterializer()).Add(new DataViewMaterializer()));
        var model = await own.SaveAsync(Houses.Learned(), cancellationToken: Cancel);
        var data = await own.SaveAsync(Houses.Keys(), cancellationToken: Cancel);
        var folder = PluginFolder.OfUser(_home.FullName);
        await folder.AddAsync(SourceFolder.BuiltPlugin("src/Formats.MachineLearning"), cancellationToken: Cancel);
        var registry = MaterializerRegistry.CreateDefault();
        (await new PluginHost(folder).AddMaterializersAsync(registry, cancellationToken: Cancel)).ShouldBeEmpty();
        var repository = new ArtifactRepository(store, registry);

        foreach (var saved in new[] { model, data })
        {
            var value = await repository.LoadAsync<object>(saved.Digest, Cancel);
            value.GetType().Assembly.ShouldNotBeSameAs(typeof(ModelWithSchema).Assembly, "the plugin has code of its own");
            (await repository.SaveAsAsync(value, value.GetType(), new() { Materializer = saved.Manifest.MaterializerId }, Cancel)).Manifest.Files[0].Digest.ShouldBe(saved.Manifest.Files[0].Digest);
            (value as IDisposable)?.Dispose();
        }
        (await repository.PreviewAsync(data.Digest, Cancel))!.Columns![^1].ShouldBe("Hot");
    }
}
