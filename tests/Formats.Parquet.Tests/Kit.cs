using System.Data;
using Apache.Arrow;
using Cairn.Conformance;
using Cairn.Formats.Tests;
using Cairn.Materializers;
using Cairn.Tests;
using Microsoft.Data.Analysis;

namespace Cairn.Formats.Parquet.Tests.Kit;

public sealed class ParquetKit : MaterializerTests<ParquetHarness>;

public sealed class ParquetHarness : MaterializerHarness
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(() => Tests.Samples.Stream(Enumerable.Range(0, 5).Select(Every.At))),
        MaterializerSample.Of<IEnumerable<Nested>>(Enumerable.Range(0, 12).Select(Nested.At).ToList()),
        MaterializerSample.Of(Tests.Samples.Table(5)),
        MaterializerSample.Of(Tests.Samples.Frame(9)),
        MaterializerSample.Of(Tests.Samples.Batch(13)),
        MaterializerSample.Of(() => Tests.Samples.Stream([Tests.Samples.Batch(4)])).As<ParquetFile>(),
        MaterializerSample.Of(() => Tests.Samples.Stream([Tests.Samples.Batch(3), Tests.Samples.Batch(2)])),
    ];

    public override IEnumerable<MaterializerSample> Empty =>
    [
        MaterializerSample.Of<IEnumerable<Every>>([]), MaterializerSample.Of(Tests.Samples.Table(0)), MaterializerSample.Of(Tests.Samples.Frame(0)), MaterializerSample.Of(Tests.Samples.Batch(0)),
    ];

    public override IEnumerable<WrongType> WrongTypes =>
        [new(MaterializerSample.Of(Tests.Samples.Table(2)), typeof(List<Place>)), new(MaterializerSample.Of(Tests.Samples.Table(2)), typeof(DataFrame))];

    public override string? KeptFolder => SourceFolder.Find("tests/Formats.Parquet.Tests/Data");

    public override Materializer Create() => new ParquetMaterializer();

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(() => Tests.Samples.Stream(Numbers(length / 16)));

    public override async ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken)
    {
        switch (value)
        {
            case ParquetFile file:
                await using (file)
                    return await TextAsync(file.ReadBatchesAsync(null, cancellationToken));
            case IAsyncEnumerable<RecordBatch> batches:
                return await TextAsync(batches);
            case IAsyncEnumerable<Number> numbers:
                return await numbers.ToListAsync(cancellationToken);
            case IAsyncEnumerable<Every> rows:
                return await rows.ToListAsync(cancellationToken);
            case RecordBatch batch:
                return Text(batch);
            default:
                return value;
        }
    }

    public override void AssertEqual(object expected, object actual)
    {
        switch (expected)
        {
            case DataTable one:
                var two = actual.ShouldBeOfType<DataTable>();
                two.TableName.ShouldBe(one.TableName);
                two.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, c.DataType)).ShouldBe(one.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, c.DataType)));
                two.Rows.Cast<DataRow>().Select(Cells).ShouldBe(one.Rows.Cast<DataRow>().Select(Cells));
                break;
            case DataFrame one:
                Text(actual).ShouldBe(Text(one));
                break;
            default:
                Xunit.Assert.Equal(expected, actual);
                break;
        }

        static string Cells(DataRow row) => string.Join('|', row.ItemArray.Select(v => v is byte[] bytes ? Convert.ToHexString(bytes) : v is DateTime time ? time.ToString("O") : $"{v}"));
    }

    private static string Text(object value) => value is DataFrame frame
        ? string.Join('\n', frame.Columns.Select(c => $"{c.Name} {c.DataType}: {string.Join('|', Enumerable.Range(0, (int)c.Length).Select(i => c[i] is DateTime time ? time.ToString("O") : $"{c[i]}"))}"))
        : value is string text ? text : Text((RecordBatch)value);

    private static string Text(RecordBatch batch) => string.Join('\n', batch.Schema.FieldsList.Select((f, i) => $"{f.Name} {f.DataType.Name}: {ArrowText.Of(batch.Column(i))}"));

    private static async Task<object> TextAsync(IAsyncEnumerable<RecordBatch> batches)
    {
        // A sequence comes back with the same rows in other batches.
        var all = await batches.ToListAsync();
        return string.Join('\n', all[0].Schema.FieldsList.Select((f, i) => $"{f.Name} {f.DataType.Name}: {string.Concat(all.Select(b => ArrowText.Of(b.Column(i))))}"));
    }

    private static IEnumerable<Number> Numbers(int rows)
    {
        var random = new Random(1);
        for (var i = 0; i < rows; i++)
            yield return new(i, random.NextDouble());
    }
}

public sealed record Number(long N, double X);
