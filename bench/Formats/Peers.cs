using Parquet.Serialization;

namespace Cairn.Bench.Formats;

/// <summary>What one would write without Cairn: a file, flushed to the device.</summary>
internal static class Peers
{
    public static async Task SaveWithParquetNetAsync(List<Row> rows, string file)
    {
        await using var stream = new FileStream(file, FileMode.Create);
        await ParquetSerializer.SerializeAsync(rows, stream, new() { CompressionMethod = Parquet.CompressionMethod.Snappy, RowGroupSize = 128 << 10 });
        stream.Flush(flushToDisk: true);
    }

    public static async Task<int> LoadWithParquetNetAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        return (await ParquetSerializer.DeserializeAsync<Row>(stream)).Data.Count;
    }

    public static Task SaveWithParquetSharpAsync(List<Row> rows, string file)
    {
        using (var writer = ParquetSharp.RowOriented.ParquetFile.CreateRowWriter<Row>(file))
        {
            for (var at = 0; at < rows.Count; at += 128 << 10)
            {
                if (at > 0)
                    writer.StartNewRowGroup();
                writer.WriteRows(rows.Skip(at).Take(128 << 10));
            }
            writer.Close();
        }
        using var stream = new FileStream(file, FileMode.Open);
        stream.Flush(flushToDisk: true);
        return Task.CompletedTask;
    }

    public static Task<int> LoadWithParquetSharpAsync(string file)
    {
        using var reader = ParquetSharp.RowOriented.ParquetFile.CreateRowReader<Row>(file);
        var count = 0;
        for (var group = 0; group < reader.FileMetaData.NumRowGroups; group++)
            count += reader.ReadRows(group).Length;
        return Task.FromResult(count);
    }
}

/// <summary>A row as data work has them.</summary>
public sealed class Row
{
    public long Id { get; set; }

    public string? Name { get; set; }

    public double X { get; set; }

    public double? Y { get; set; }

    public DateTime At { get; set; }

    public int Count { get; set; }

    public static IEnumerable<Row> Many(int count)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            yield return new()
            {
                Id = i,
                Name = $"name {random.Next(100_000)}",
                X = random.NextDouble(),
                Y = i % 3 == 0 ? null : random.NextDouble(),
                At = new DateTime(2026, 1, 1).AddSeconds(i),
                Count = random.Next(1000),
            };
        }
    }
}

/// <summary>A row of numbers that no compression makes smaller: 80 bytes.</summary>
internal sealed record Ten(double A, double B, double C, double D, double E, double F, double G, double H, double I, double J)
{
    public static IEnumerable<Ten> Many(long count)
    {
        var random = new Random(5);
        for (var i = 0L; i < count; i++)
            yield return new(random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(),
                random.NextDouble(), random.NextDouble(), random.NextDouble());
    }
}
