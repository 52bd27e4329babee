using Cairn.Conformance;
using Cairn.Materializers;
using Cairn.Tests;
using Microsoft.ML;

namespace Cairn.Formats.MachineLearning.Tests.Kit;

public sealed class TransformerKit : MaterializerTests<TransformerHarness>;

public sealed class DataViewKit : MaterializerTests<DataViewHarness>;

public sealed class TransformerHarness : MaterializerHarness
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(Houses.Learned()),
        MaterializerSample.Of(Houses.Learned().Model).As<ITransformer>(),
        MaterializerSample.Of(Houses.Learned()).As<ITransformer>(),
    ];

    /// <summary>A model that does nothing.</summary>
    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(Houses.Nothing())];

    public override string? KeptFolder => SourceFolder.Find("tests/Formats.MachineLearning.Tests/Data");

    public override Materializer Create() => new TransformerMaterializer();

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(Houses.Wide(length));

    /// <summary>As the assembly of a loader, the loader, and the factory's assembly of a custom mapping.</summary>
    public override IEnumerable<byte[]> WithTypeName(string typeName) =>
        [ForgedModel.WithLoader("Chain", typeName), ForgedModel.WithLoader(typeName[..Math.Min(24, typeName.Length)], "Microsoft.ML.Data"), ForgedModel.WithFactory(typeName, typeName)];

    /// <summary>What the model makes of the same rows, and the columns that it takes.</summary>
    public override ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken)
    {
        var (model, schema) = value as ModelWithSchema ?? new((ITransformer)value, null);
        return new(new Whole(schema is null ? null : string.Join(", ", schema.Select(c => $"{c.Name} {c.Type}")), string.Join("; ", Houses.Predict(new(model, schema)))));
    }

    public override void AssertEqual(object expected, object actual)
    {
        var (one, two) = ((Whole)expected, (Whole)actual);
        two.Predictions.ShouldBe(one.Predictions);
        if (two.Schema is not null)
            two.Schema.ShouldBe(one.Schema);
    }

    private sealed record Whole(string? Schema, string Predictions);
}

public sealed class DataViewHarness : MaterializerHarness
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(Houses.Data(5)),
        MaterializerSample.Of(Houses.Every(3)),
        MaterializerSample.Of(Houses.Keys()),
    ];

    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(Houses.Data(0))];

    public override string? KeptFolder => SourceFolder.Find("tests/Formats.MachineLearning.Tests/Data");

    public override Materializer Create() => new DataViewMaterializer();

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(Houses.Noise(length / 32));

    /// <summary>Schema, annotations' names, and every value of every row as text.</summary>
    public override ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken)
    {
        var data = (IDataView)value;
        try
        {
            return new(string.Join('\n', Houses.Lines(data, cancellationToken)));
        }
        finally
        {
            (data as IDisposable)?.Dispose();
        }
    }
}
