using System.Data;
using System.Globalization;
using System.Text;
using Cairn.Conformance;
using Cairn.Materializers;
using Cairn.Tests;

namespace Cairn.Plugins.Csv.Tests.Kit;

public sealed class CsvKit : MaterializerTests<CsvHarness>;

public sealed class CsvHarness : MaterializerHarness
{
    private static readonly object[] Row =
    [
        "a, \"b\"\r\n", 'x', true, (sbyte)-1, (short)-2, -3, long.MinValue, (byte)1, (ushort)2, 3u, ulong.MaxValue, float.Epsilon, 0.1
            + 0.2, 1.10m, new DateTime(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc),
        new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(-5)), new DateOnly(2026, 2, 3), new TimeOnly(1, 2, 3), TimeSpan.FromDays(-1.5),
            Guid.Parse("11111111-2222-3333-4444-555555555555"), new byte[] { 0, 255 },
    ];

    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(Every(1)), MaterializerSample.Of(Numbers(3)), MaterializerSample.Of(() => Records(4).ToAsyncEnumerable()),
            MaterializerSample.Of<IEnumerable<Reading>>(Records(3).ToList()),
    ];

    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(Every(0)), MaterializerSample.Of<IEnumerable<Reading>>([])];

    public override string? KeptFolder => SourceFolder.Find("tests/Csv.Tests/Data");

    public override Materializer Create() => new CsvMaterializer();

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(Numbers(length / 24));

    /// <summary>In a header, and in a cell of each type.</summary>
    public override IEnumerable<byte[]> WithTypeName(string typeName)
    {
        var cell = $"\"{typeName.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var header = string.Join(',', Row.Select(v => v.GetType().Name));
        yield return Encoding.UTF8.GetBytes($"{header},{cell}\n");
        yield return Encoding.UTF8.GetBytes($"{cell}\n{cell}\n");
        for (var i = 0; i < Row.Length; i++)
            yield return Encoding.UTF8.GetBytes($"{header}\n{string.Join(',', Enumerable.Range(0, Row.Length).Select(n => n == i ? cell : ""))}\n");
    }

    public override async ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken) =>
        value is IAsyncEnumerable<Reading> readings ? await readings.ToListAsync(cancellationToken) : value;

    public override void AssertEqual(object expected, object actual)
    {
        if (expected is not DataTable)
        {
            base.AssertEqual(expected, actual);
            return;
        }
        var (one, two) = ((DataTable)expected, (DataTable)actual);
        two.TableName.ShouldBe(one.TableName);
        two.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, c.DataType)).ShouldBe(one.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, c.DataType)));
        two.Rows.Count.ShouldBe(one.Rows.Count);
        for (var i = 0; i < one.Rows.Count; i++)
        {
            if (!two.Rows[i].ItemArray.Select(Comparable).SequenceEqual(one.Rows[i].ItemArray.Select(Comparable)))
                two.Rows[i].ItemArray.ShouldBe(one.Rows[i].ItemArray);
        }

        static object? Comparable(object? value) => value is byte[] bytes ? Convert.ToHexString(bytes) : value;
    }

    private static DataTable Every(int rows)
    {
        var table = new DataTable("every") { Locale = CultureInfo.InvariantCulture };
        foreach (var value in Row)
            table.Columns.Add(value.GetType().Name, value.GetType());
        for (var i = 0; i < rows; i++)
            table.Rows.Add(Row);
        return table;
    }

    private static DataTable Numbers(int rows)
    {
        var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        table.Columns.Add("n", typeof(int));
        table.Columns.Add("x", typeof(double));
        for (var i = 0; i < rows; i++)
            table.Rows.Add(i, i % 5 == 0 ? DBNull.Value : i / 7.0);
        return table;
    }

    private static IEnumerable<Reading> Records(int count) =>
        Enumerable.Range(0, count).Select(i => new Reading(i, i % 2 == 0 ? null : $"a, \"{i}\"\r\n", i % 3 == 0 ? null : i / 7.0, (DayOfWeek)i, new DateOnly(2026, 1, 1).AddDays(i)));
}

public sealed record Reading(int Id, string? Text, double? Value, DayOfWeek Day, DateOnly On);
