using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Plugins;
using Cairn.Providers.Memory;
using Cairn.Tests;

namespace Cairn.Formats.Onnx.Tests;

/// <summary>The package as the command takes it: added as a plugin, with the runtime's native library in its folder.</summary>
public sealed class PluginTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("cairn-onnx-plugin-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task The_plugin_loads_models_and_makes_sessions_of_them()
    {
        await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://onnx-plugin", cancellationToken: Cancel);
        var own = new ArtifactRepository(store, MaterializerRegistry.CreateDefault().Add(new OnnxMaterializer(OnnxFiles.Quiet)));
        var saved = await own.SaveAsync(OnnxModel.Parse(OnnxBytes.Sum()), cancellationToken: Cancel);
        var folder = PluginFolder.OfUser(_home.FullName);
        await folder.AddAsync(SourceFolder.BuiltPlugin("src/Formats.Onnx"), cancellationToken: Cancel);
        var registry = MaterializerRegistry.CreateDefault();
        (await new PluginHost(folder).AddMaterializersAsync(registry, cancellationToken: Cancel)).ShouldBeEmpty();
        var repository = new ArtifactRepository(store, registry);

        var model = await repository.LoadAsync<object>(saved.Digest, Cancel);
        model.ShouldNotBeOfType<OnnxModel>("the plugin has code of its own");
        model.ToString().ShouldBe("(x: int64[2, 3], y: int64[2, 3]) -> (z: int64[2, 3])");
        (await repository.SaveAsAsync(model, model.GetType(), cancellationToken: Cancel)).Digest.ShouldBe(saved.Digest);
        ((IDisposable)model).Dispose();
        (await repository.PreviewAsync(saved.Digest, Cancel))!.Rows.Count.ShouldBe(3);

        registry.TryGet("onnx", out var materializer).ShouldBeTrue();
        var session = await repository.LoadAsync(saved.Digest, materializer!.Types.Single(t => t.Type.Name == "InferenceSession").Type, Cancel);
        session.GetType().Assembly.ShouldNotBeSameAs(typeof(Microsoft.ML.OnnxRuntime.InferenceSession).Assembly);
        ((IDisposable)session).Dispose();
    }
}
