using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Cairn.Tests.Tools;
using Microsoft.ML.OnnxRuntime;

namespace Cairn.Formats.Onnx.Tests;

/// <summary>Python's onnx, as the independent judge both ways.</summary>
public sealed class OtherReadersTests : IDisposable
{
    private const string Describe = """
        import onnx, sys
        from onnx import numpy_helper
        m = onnx.load(sys.argv[1])
        onnx.checker.check_model(m)
        t = lambda v: v.name + ' ' + onnx.TensorProto.DataType.Name(v.type.tensor_type.elem_type) + ' ' + ','.join(d.dim_param or str(d.dim_value) for d in v.type.tensor_type.shape.dim)
        print(';'.join(map(t, m.graph.input)), '->', ';'.join(map(t, m.graph.output)), [numpy_helper.to_array(i).tolist() for i in m.graph.initializer])
        """;

    private const string Make = """
        import onnx, numpy, sys
        from onnx import helper, TensorProto, numpy_helper
        w = numpy_helper.from_array(numpy.arange(600, dtype=numpy.float32), 'w')
        g = helper.make_graph([helper.make_node('Add', ['x', 'w'], ['y'])], 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['n', 600])], [helper.make_tensor_value_info('y', TensorProto.FLOAT, ['n', 600])], [w])
        m = helper.make_model(g, producer_name='python', opset_imports=[helper.make_opsetid('', 13), helper.make_opsetid('ai.onnx.ml', 2)])
        onnx.save_model(m, sys.argv[1])
        onnx.save_model(m, sys.argv[2], save_as_external_data=True, location='python.weights', size_threshold=0)
        """;

    private readonly OnnxFiles _files = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Python_reads_what_is_saved_and_its_models_load_and_run()
    {
        var python = await DebianTool.PythonAsync("onnx", "python3-onnx");
        await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://onnx-python", cancellationToken: Cancel);
        var repository = new ArtifactRepository(store, MaterializerRegistry.CreateDefault().Add(new OnnxMaterializer(OnnxFiles.Quiet)));

        var saved = await repository.SaveAsync(OnnxModel.Parse(OnnxBytes.Linear([1, 2, 3, 4, 5, 6], [0.5f, -0.5f])), cancellationToken: Cancel);
        var external = await repository.SaveAsync(_files.External(), cancellationToken: Cancel);
        (await DescribeAsync(saved)).ShouldBe("x FLOAT rows,3 -> y FLOAT rows,2 [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [0.5, -0.5]]");
        (await DescribeAsync(external)).ShouldBe("x FLOAT 3 -> y FLOAT 3 [[1.0, 2.0, 3.0]]");

        var (one, two) = (Path.Join(_files.Folder, "python.onnx"), Path.Join(_files.Folder, "two.onnx"));
        await DebianTool.RunAsync(python, "-c", Make, one, two);
        foreach (var path in new[] { one, two })
        {
            var model = OnnxModel.OpenFile(path);
            (model.ToString(), model.Producer, model.Parameters).ShouldBe(("(x: float32[n, 600]) -> (y: float32[n, 600])", "python", 600));
            model.Opsets.ShouldBe(new Dictionary<string, long> { [""] = 13, ["ai.onnx.ml"] = 2 }, ignoreOrder: true);
            model.ExternalFiles.Select(f => f.Value).ShouldBe(path == one ? [] : ["python.weights"]);
            var again = await repository.SaveAsync(model, cancellationToken: Cancel);
            using var session = await repository.LoadAsync<InferenceSession>(again.Digest, Cancel);
            using var input = OrtValue.CreateTensorValueFromMemory(new float[600], [1, 600]);
            using var outputs = session.Run(new RunOptions(), new Dictionary<string, OrtValue> { ["x"] = input }, session.OutputNames);
            outputs[0].GetTensorDataAsSpan<float>().ToArray().ShouldBe(Enumerable.Range(0, 600).Select(i => (float)i));
        }

        async Task<string> DescribeAsync(Artifact artifact)
        {
            var folder = Path.Join(_files.Folder, "out", artifact.Digest.Hex);
            await repository.DownloadAsync(artifact.Digest, folder, Cancel);
            return (await DebianTool.RunAsync(python, "-c", Describe, Path.Join(folder, "model.onnx"))).Trim();
        }
    }
}
