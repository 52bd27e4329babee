using Cairn.Conformance;
using Cairn.Materializers;
using Cairn.Tests;
using Microsoft.ML.OnnxRuntime;

namespace Cairn.Formats.Onnx.Tests.Kit;

public sealed class OnnxKit : MaterializerTests<OnnxHarness>;

public sealed class OnnxHarness : MaterializerHarness
{
    private readonly OnnxFiles _files = new();

    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(OnnxModel.Parse(OnnxBytes.Linear([1, 2, 3, 4, 5, 6], [0.5f, -0.5f]))),
        MaterializerSample.Of(OnnxModel.Parse(OnnxBytes.Linear([1, 2], [3]))).As<InferenceSession>(),
        MaterializerSample.Of(_files.External),
        MaterializerSample.Of(_files.External).As<InferenceSession>(),
    ];

    /// <summary>A model of which nothing was learned.</summary>
    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(OnnxModel.Parse(OnnxBytes.Sum()))];

    public override string? KeptFolder => SourceFolder.Find("tests/Formats.Onnx.Tests/Data");

    public override Materializer Create() => new OnnxMaterializer(OnnxFiles.Quiet);

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(OnnxModel.Parse(OnnxBytes.Heavy(length / sizeof(float))));

    /// <summary>As producer, domain of operators, name of an input, operator, type's parameter and file of weights.</summary>
    public override IEnumerable<byte[]> WithTypeName(string typeName) =>
    [
        [.. OnnxBytes.Model(typeName, [OnnxBytes.Node(typeName, ["x", typeName], ["y"])], [OnnxBytes.Value(11, "x", OnnxBytes.Float, typeName), OnnxBytes.Value(12, "y", OnnxBytes.Float, 1)]),
            .. OnnxBytes.Field(8, [.. OnnxBytes.Text(1, typeName), .. OnnxBytes.Number(2, 1)])],
        OnnxBytes.External(typeName, 2),
    ];

    /// <summary>What a model says and the bytes of its files; what a session says.</summary>
    public override async ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken)
    {
        if (value is InferenceSession session)
        {
            using (session)
                return new Whole(Names(session.InputNames, session.OutputNames), null);
        }
        using var model = (OnnxModel)value;
        List<byte[]> files = [await model.ReadBytesAsync(cancellationToken)];
        foreach (var external in model.ExternalFiles)
            files.Add(await File.ReadAllBytesAsync(Path.Join(Path.GetDirectoryName(model.LocalFile), external.Value), cancellationToken));
        return new Whole(Names(model.Inputs.Select(v => v.Name), model.Outputs.Select(v => v.Name)), string.Join(',', files.Select(Convert.ToHexString)));
    }

    public override void AssertEqual(object expected, object actual)
    {
        var (one, two) = ((Whole)expected, (Whole)actual);
        two.Names.ShouldBe(one.Names);
        if (two.Files is not null)
            (two.Files == one.Files).ShouldBeTrue();
    }

    public override ValueTask DisposeAsync()
    {
        _files.Dispose();
        return base.DisposeAsync();
    }

    private static string Names(IEnumerable<string> inputs, IEnumerable<string> outputs) => $"{string.Join(',', inputs)} -> {string.Join(',', outputs)}";

    private sealed record Whole(string Names, string? Files);
}
