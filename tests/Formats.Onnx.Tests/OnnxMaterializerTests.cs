using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Microsoft.ML.OnnxRuntime;

namespace Cairn.Formats.Onnx.Tests;

public sealed class OnnxMaterializerTests : IAsyncLifetime
{
    private readonly OnnxFiles _files = new();
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _repository = new(await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://onnx-{Guid.NewGuid():N}", cancellationToken: Cancel), MaterializerRegistry.CreateDefault()
            .Add(new OnnxMaterializer(OnnxFiles.Quiet)));

    public async ValueTask DisposeAsync()
    {
        await _repository.Store.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task A_session_of_a_saved_model_computes()
    {
        var saved = await _repository.SaveAsync(OnnxModel.Parse(OnnxBytes.Linear([1, 2, 3, 4, 5, 6], [0.5f, -0.5f])), cancellationToken: Cancel);
        using var session = await _repository.LoadAsync<InferenceSession>(saved.Digest, Cancel);
        Run(session, [2, 3], 1, 0, 2, 0, 1, 0).ShouldBe([11.5f, 13.5f, 3.5f, 3.5f]);
    }

    [Fact]
    public async Task Inputs_and_outputs_are_facts_which_any_program_shows()
    {
        var saved = await _repository.SaveAsync(OnnxModel.Parse(OnnxBytes.Linear([1, 2, 3, 4, 5, 6], [0, 0])), cancellationToken: Cancel);
        saved.Manifest.Facts.ShouldBe(new Dictionary<string, string>
        {
            ["inputs"] = """[{"name":"x","type":"float32","shape":["rows",3]}]""",
            ["outputs"] = """[{"name":"y","type":"float32","shape":["rows",2]}]""",
            ["opsets"] = "ai.onnx 13",
            ["ir"] = "8",
            ["parameters"] = "8",
            ["producer"] = "cairn-tests",
        }, ignoreOrder: true);
        var preview = (await _repository.PreviewAsync(saved.Digest, Cancel))!;
        preview.Columns.ShouldBe(["", "name", "type", "shape"]);
        preview.Rows.ShouldBe([["input", "x", "float32", "rows, 3"], ["output", "y", "float32", "rows, 2"]]);
        (await new ArtifactRepository(_repository.Store, MaterializerRegistry.CreateDefault(), StorePath.Root).StatAsync(saved.Digest, Cancel)).Manifest.Facts["inputs"].ShouldContain("rows");
    }

    [Fact]
    public async Task Weights_in_files_of_their_own_go_with_the_model_and_the_session_needs_them()
    {
        var saved = await _repository.SaveAsync(_files.External(), cancellationToken: Cancel);
        saved.Manifest.Files.Select(f => f.Name.Value).ShouldBe(["model.onnx", "weights/w.bin"]);
        var before = TemporaryFolders();
        var session = await _repository.LoadAsync<InferenceSession>(saved.Digest, Cancel);
        TemporaryFolders().Except(before).ShouldHaveSingleItem();
        Run(session, [3], 10, 20, 30).ShouldBe([11, 22, 33]);
        session.Dispose();
        TemporaryFolders().Except(before).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_loaded_model_has_a_file_until_it_is_disposed()
    {
        var content = OnnxBytes.Sum();
        var saved = await _repository.SaveAsync(OnnxModel.Parse(content), cancellationToken: Cancel);
        var model = await _repository.LoadAsync<OnnxModel>(saved.Digest, Cancel);
        (await model.ReadBytesAsync(Cancel)).ShouldBe(content);
        File.Exists(model.LocalFile).ShouldBeTrue();
        (await _repository.SaveAsync(model, cancellationToken: Cancel)).Digest.ShouldBe((await _repository.StatAsync(saved.Digest, Cancel)).Digest);
        model.Dispose();
        File.Exists(model.LocalFile).ShouldBeFalse();
        var before = TemporaryFolders();
        (await _repository.LoadAsync<InferenceSession>(saved.Digest, Cancel)).Dispose();
        TemporaryFolders().Except(before).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_is_not_saved()
    {
        using var session = new InferenceSession(OnnxBytes.Sum(), OnnxFiles.Quiet());
        (await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync(session, cancellationToken: Cancel))).Message.ShouldContain("save the OnnxModel of the file");
        (await _repository.Store.ListAsync("blobs", new() { Recursive = true }, Cancel).CountAsync(f => f.IsFile, Cancel)).ShouldBe(0);
    }

    [Fact]
    public async Task What_the_runtime_does_not_take_still_loads_as_a_model()
    {
        var model = OnnxModel.Parse(OnnxBytes.Model("", [OnnxBytes.Node("NobodyHasThis", ["x"], ["y"])], [OnnxBytes.Value(11, "x", OnnxBytes.Float, 1), OnnxBytes.Value(12, "y", OnnxBytes.Float, 1)]));
        var saved = await _repository.SaveAsync(model, cancellationToken: Cancel);
        var before = TemporaryFolders();
        var error = await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<InferenceSession>(saved.Digest, Cancel));
        error.Message.ShouldContain("ONNX Runtime makes no session of it");
        error.Message.ShouldContain("NobodyHasThis");
        TemporaryFolders().Except(before).ShouldBeEmpty();
        using var loaded = await _repository.LoadAsync<OnnxModel>(saved.Digest, Cancel);
        loaded.ToString().ShouldBe("(x: float32[1]) -> (y: float32[1])");
    }

    [Fact]
    public async Task A_program_gives_the_options_of_its_sessions()
    {
        var made = 0;
        var registry = MaterializerRegistry.CreateDefault().Add(new OnnxMaterializer(() =>
        {
            made++;
            return OnnxFiles.Quiet();
        }));
        var saved = await _repository.SaveAsync(OnnxModel.Parse(OnnxBytes.Sum()), cancellationToken: Cancel);
        (await new ArtifactRepository(_repository.Store, registry, StorePath.Root).LoadAsync<InferenceSession>(saved.Digest, Cancel)).Dispose();
        made.ShouldBe(1);
    }

    private static string[] TemporaryFolders() => [.. Directory.GetDirectories(Path.GetTempPath(), "cairn-onnx-*")];

    private static float[] Run(InferenceSession session, long[] shape, params float[] x)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(x, shape);
        using var outputs = session.Run(new RunOptions(), new Dictionary<string, OrtValue> { ["x"] = input }, session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
