using Apache.Arrow;
using Apache.Arrow.Types;
using Cairn.Conformance;
using Cairn.Formats.Tests;
using Cairn.Materializers;
using Cairn.Tests;

namespace Cairn.Formats.Arrow.Tests.Kit;

public sealed class ArrowFileKit : MaterializerTests<ArrowHarness>;

public sealed class ArrowStreamKit : MaterializerTests<ArrowStreamHarness>;

public sealed class ArrowStreamHarness : ArrowHarness
{
    public override string? KeptFolder => SourceFolder.Find("tests/Formats.Arrow.Tests/Data/stream");

    public override Materializer Create() => new ArrowMaterializer(new() { Layout = ArrowLayout.Stream, Compression = ArrowCompression.Zstd });
}

public class ArrowHarness : MaterializerHarness
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(Batch(7)), MaterializerSample.Of(() => Stream(Batch(3), Batch(2))), MaterializerSample.Of(Table.TableFromRecordBatches(Batch(2).Schema, [Batch(2), Batch(4)])),
        MaterializerSample.Of<IEnumerable<RecordBatch>>([Batch(1), Batch(2)]),
    ];

    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(Batch(0)), MaterializerSample.Of(() => Stream(Batch(0)))];

    public override string? KeptFolder => SourceFolder.Find("tests/Formats.Arrow.Tests/Data/file");

    public override Materializer Create() => new ArrowMaterializer();

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(() => Many(length));

    public override async ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken) => value switch
    {
        RecordBatch batch => Text([batch]),
        Table table => string.Join('\n', Enumerable.Range(0, table.ColumnCount)
            .Select(i => $"{table.Schema.FieldsList[i].Name}: {string.Concat(Enumerable.Range(0, table.Column(i).Data.ArrayCount).Select(n => ArrowText.Of(table.Column(i).Data.ArrowArray(n))))}")),
        IEnumerable<RecordBatch> batches => Text([.. batches]),
        IAsyncEnumerable<RecordBatch> batches => Text(await batches.ToListAsync(cancellationToken)),
        _ => value,
    };

    internal static RecordBatch Batch(int rows)
    {
        var numbers = new Int64Array.Builder();
        var texts = new StringArray.Builder();
        var times = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "Europe/Berlin"));
        var decimals = new Decimal128Array.Builder(new Decimal128Type(20, 3));
        for (var i = 0; i < rows; i++)
        {
            if (i % 3 == 0)
                numbers.AppendNull();
            else
                numbers.Append(i);
            texts.Append($"text {i} ä€😀");
            times.Append(DateTimeOffset.UnixEpoch.AddSeconds(i));
            decimals.Append(i * 1.125m);
        }
        IArrowArray[] arrays = [numbers.Build(), texts.Build(), times.Build(), decimals.Build()];
        return new(new Schema([.. new[] { "n", "text", "at", "amount" }.Select((n, i) => new Field(n, arrays[i].Data.DataType, true))], null), arrays, rows);
    }

    internal static async IAsyncEnumerable<RecordBatch> Stream(params RecordBatch[] batches)
    {
        foreach (var batch in batches)
        {
            await Task.Yield();
            yield return batch;
        }
    }

    private static string Text(IReadOnlyList<RecordBatch> batches) =>
        batches.Count == 0 ? "" : string.Join('\n', batches[0].Schema.FieldsList.Select((f, i) => $"{f.Name} {f.DataType.Name}: {string.Concat(batches.Select(b => ArrowText.Of(b.Column(i))))}"));

    private static async IAsyncEnumerable<RecordBatch> Many(int length)
    {
        const int Rows = 16 << 10;
        var random = new Random(3);
        for (var left = length; left > 0; left -= Rows * 8)
        {
            await Task.Yield();
            var values = new DoubleArray.Builder().Reserve(Rows);
            for (var i = 0; i < Rows; i++)
                values.Append(random.NextDouble());
            yield return new(new Schema([new Field("x", DoubleType.Default, false)], null), [values.Build()], Rows);
        }
    }
}
