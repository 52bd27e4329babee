using System.Data;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using DuckDB.NET.Data;
using ParquetSharp;

namespace Cairn.Formats.Parquet.Tests;

/// <summary>What is written here is read by Apache's C++ library (ParquetSharp) and by DuckDB, and what they write is read here.</summary>
public sealed class OtherReadersTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-parquet-");
    private ArtifactStore _store = null!;
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://parquet-{Guid.NewGuid():N}", cancellationToken: Cancel);
        _repository = new(_store, new MaterializerRegistry().Add(new ParquetMaterializer()));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(ParquetCompression.None)]
    [InlineData(ParquetCompression.Snappy)]
    [InlineData(ParquetCompression.Zstd)]
    [InlineData(ParquetCompression.Gzip)]
    public async Task ParquetSharp_reads_every_type(ParquetCompression compression)
    {
        var rows = Enumerable.Range(0, 1000).Select(Every.At).ToList();
        using var reader = new ParquetFileReader(await WriteAsync<IEnumerable<Every>>(rows, new() { Compression = compression, RowGroupRows = 400 }));
        reader.FileMetaData.NumRows.ShouldBe(1000);
        reader.FileMetaData.NumRowGroups.ShouldBe(3);
        Column<bool>("Bool").ShouldBe(rows.Select(r => r.Bool));
        Column<sbyte>("Int8").ShouldBe(rows.Select(r => r.Int8));
        Column<ushort>("UInt16").ShouldBe(rows.Select(r => r.UInt16));
        Column<ulong>("UInt64").ShouldBe(rows.Select(r => r.UInt64));
        Column<double>("Double").ShouldBe(rows.Select(r => r.Double));
        Column<string?>("Text").ShouldBe(rows.Select(r => r.Text));
        Column<string>("Char").ShouldBe(rows.Select(r => r.Char.ToString()));
        Column<byte[]?>("Bytes").Select(Hex).ShouldBe(rows.Select(r => Hex(r.Bytes)));
        Column<Guid>("Guid").ShouldBe(rows.Select(r => r.Guid));
        Column<string>("Color").ShouldBe(rows.Select(r => r.Color.ToString()));
        Column<Date>("Date").ShouldBe(rows.Select(r => new Date(r.Date.Year, r.Date.Month, r.Date.Day)));
        Column<DateTimeNanos>("Local").ShouldBe(rows.Select(r => new DateTimeNanos(r.Local)));
        Column<DateTimeNanos>("Instant").ShouldBe(rows.Select(r => new DateTimeNanos(r.Instant.UtcDateTime)));
        Column<TimeSpanNanos>("Time").ShouldBe(rows.Select(r => new TimeSpanNanos(r.Time.ToTimeSpan())));
        Column<long>("Span").ShouldBe(rows.Select(r => r.Span.Ticks));
        Column<int?>("MaybeInt").ShouldBe(rows.Select(r => r.MaybeInt));

        static string Hex(byte[]? bytes) => bytes is null ? "null" : Convert.ToHexString(bytes);

        List<T> Column<T>(string name)
        {
            var all = new List<T>();
            for (var g = 0; g < reader.FileMetaData.NumRowGroups; g++)
            {
                using var group = reader.RowGroup(g);
                var index = Enumerable.Range(0, group.MetaData.NumColumns).First(i => group.MetaData.Schema.Column(i).Name == name);
                using var column = group.Column(index).LogicalReader<T>();
                all.AddRange(column.ReadAll((int)group.MetaData.NumRows));
            }
            return all;
        }
    }

    [Fact]
    public async Task DuckDB_reads_every_type_and_nested_ones()
    {
        var rows = Enumerable.Range(0, 40).Select(Every.At).ToList();
        var file = await WriteAsync<IEnumerable<Every>>(rows);
        Query($"select sum(Int32), sum(\"Double\"), sum(\"Decimal\"), count(\"Text\"), count(distinct Guid), sum(UInt64::hugeint), max(MaybeDecimal) from '{file}'").ShouldBe(
            [string.Join('|', rows.Sum(r => r.Int32), rows.Sum(r => r.Double), rows.Sum(r => r.Decimal)
                .ToString("0.###", System.Globalization.CultureInfo.InvariantCulture), rows.Count(r => r.Text is not null), 40, rows.Aggregate(UInt128.Zero, (s, r) => s + r.UInt64),
                rows.Max(r => r.MaybeDecimal))]);
        Query($"select name || ' ' || type from (select name, coalesce(logical_type, type) as type from parquet_schema('{file}')) where name in ('Local', 'Instant', 'Guid', 'Time')").ShouldBe(
        [
            "Guid UUIDType()", "Local TimestampType(isAdjustedToUTC=0, unit=TimeUnit(MILLIS=<null>, MICROS=<null>, NANOS=NanoSeconds()))",
            "Instant TimestampType(isAdjustedToUTC=1, unit=TimeUnit(MILLIS=<null>, MICROS=<null>, NANOS=NanoSeconds()))",
                "Time TimeType(isAdjustedToUTC=0, unit=TimeUnit(MILLIS=<null>, MICROS=<null>, NANOS=NanoSeconds()))",
        ]);
        Query($"select epoch_us(\"Local\") || ' ' || epoch_us(Instant) || ' ' || \"Date\" from '{file}' where Int32 = 5")
            .ShouldBe([$"{Micros(rows[10].Local)} {Micros(rows[10].Instant.UtcDateTime)} {rows[10].Date:yyyy-MM-dd}"]);
        var nested = Enumerable.Range(0, 12).Select(Nested.At).ToList();
        Query($"select Id, len(\"Values\"), Tags, Home.City, len(Places), Grid from '{await WriteAsync<IEnumerable<Nested>>(nested)}' where Id in (0, 4, 5)")
            .ShouldBe(["0|||||", "4||[]||3|[[],[4],[4,2]]", "5|0|[a,,t5]|city 5||[[],[5],[5,2]]"]);

        static long Micros(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / 10;
    }

    [Theory]
    [InlineData("uncompressed")]
    [InlineData("snappy")]
    [InlineData("zstd")]
    [InlineData("gzip")]
    [InlineData("lz4_raw")]
    [InlineData("brotli")]
    public async Task What_DuckDB_writes_is_read(string compression)
    {
        var path = Path.Join(_folder.FullName, "duck.parquet");
        Query($"""
            copy (select i::int as Id, case when i % 3 = 0 then null else 'name ' || (i % 5) end as Name, i / 4.0::double as X, (i * 1.5)::decimal(18, 4) as Amount, timestamptz '2026-01-02 03:04:05+00' + interval (i) minute as At,
                timestamp '2026-01-02 03:04:05' as Local, date '2026-01-02' + i::int as Day, time '01:02:03.5' as Time, uuid() as Key, 'ab'::blob as Raw, [i, null, i + 1]::bigint[] as Items, {'{'} 'City': 'c' || i, 'Height': i::double {'}'} as Home
                from range(1000) t(i)) to '{path}' (format parquet, compression {compression}, row_group_size 2048)
            """);
        await using var file = await ImportAsync(path);
        file.RowCount.ShouldBe(1000);
        (await file.ReadColumnAsync<int>("Id", Cancel)).ShouldBe(Enumerable.Range(0, 1000));
        (await file.ReadColumnAsync<string>("Name", Cancel)).ShouldBe(Enumerable.Range(0, 1000).Select(i => i % 3 == 0 ? null : $"name {i % 5}"));
        (await file.ReadColumnAsync<decimal>("Amount", Cancel)).ShouldBe(Enumerable.Range(0, 1000).Select(i => i * 1.5m));
        (await file.ReadColumnAsync<DateTimeOffset>("At", Cancel))[7].ShouldBe(new DateTimeOffset(2026, 1, 2, 3, 11, 5, TimeSpan.Zero));
        (await file.ReadColumnAsync<DateTime>("Local", Cancel))[0].ShouldBe(new DateTime(2026, 1, 2, 3, 4, 5));
        (await file.ReadColumnAsync<DateOnly>("Day", Cancel))[3].ShouldBe(new DateOnly(2026, 1, 5));
        (await file.ReadColumnAsync<TimeOnly>("Time", Cancel))[0].ShouldBe(new TimeOnly(1, 2, 3, 500));
        (await file.ReadColumnAsync<Guid>("Key", Cancel)).Distinct().Count().ShouldBe(1000);
        (await file.ReadColumnAsync<byte[]>("Raw", Cancel))[0].ShouldBe("ab"u8.ToArray());
        (await file.ReadColumnAsync<long?[]>("Items", Cancel))[2].ShouldBe([2, null, 3]);
        (await file.ReadColumnAsync<Place>("Home", Cancel))[9].ShouldBe(new("c9", 9));
        (await file.ReadRowsAsync<Place2>(Cancel).ToListAsync(Cancel))[4].ShouldBe(new(4, "name 4"));
    }

    [Theory]
    [InlineData(ParquetDataPageVersion.V1)]
    [InlineData(ParquetDataPageVersion.V2)]
    public async Task What_ParquetSharp_writes_is_read(ParquetDataPageVersion version)
    {
        var path = Path.Join(_folder.FullName, "sharp.parquet");
        ParquetSharp.Column[] columns = [new ParquetSharp.Column<int>("Id"), new ParquetSharp.Column<string>("Name"), new ParquetSharp.Column<double?>("X"),
            new ParquetSharp.Column<DateTime>("At"), new ParquetSharp.Column<decimal>("Amount", LogicalType.Decimal(29, 3)), new ParquetSharp.Column<long[]>("Items")];
        using (var properties = new WriterPropertiesBuilder().Compression(Compression.Zstd).EnablePageChecksum().DataPageVersion(version).Build())
        using (var writer = new ParquetFileWriter(path, columns, properties))
        {
            for (var g = 0; g < 3; g++)
            {
                using var group = writer.AppendRowGroup();
                Write(group, Enumerable.Range(g * 500, 500));
            }
            writer.Close();
        }
        await using var file = await ImportAsync(path);
        file.RowGroups.Select(g => g.Rows).ShouldBe([500L, 500L, 500L]);
        (await file.ReadColumnAsync<int>("Id", Cancel)).ShouldBe(Enumerable.Range(0, 1500));
        (await file.ReadColumnAsync<string>("Name", Cancel)).ShouldBe(Enumerable.Range(0, 1500).Select(i => i % 7 == 0 ? null : $"n{i % 10}"));
        (await file.ReadColumnAsync<double?>("X", Cancel)).ShouldBe(Enumerable.Range(0, 1500).Select(i => i % 2 == 0 ? (double?)null : i));
        (await file.ReadColumnAsync<decimal>("Amount", Cancel)).ShouldBe(Enumerable.Range(0, 1500).Select(i => i * 0.125m));
        (await file.ReadColumnAsync<DateTime>("At", Cancel))[100].ShouldBe(new DateTime(2026, 1, 1).AddMinutes(100));
        // The library does not read lists in data pages of the second version, which no writer makes unless it is told to.
        if (version == ParquetDataPageVersion.V1)
            (await file.ReadColumnAsync<long[]>("Items", Cancel))[4].ShouldBe([4, 5]);
        else
            (await Should.ThrowAsync<MaterializationException>(() => file.ReadColumnAsync<long[]>("Items", Cancel))).Message.ShouldContain("'Items' of row group 0 cannot be read");

        static void Write(RowGroupWriter group, IEnumerable<int> ids)
        {
            var all = ids.ToArray();
            Put(all);
            Put(all.Select(i => i % 7 == 0 ? null : $"n{i % 10}").ToArray());
            Put(all.Select(i => i % 2 == 0 ? (double?)null : i).ToArray());
            Put(all.Select(i => new DateTime(2026, 1, 1).AddMinutes(i)).ToArray());
            Put(all.Select(i => i * 0.125m).ToArray());
            Put(all.Select(i => new long[] { i, i + 1 }).ToArray());

            void Put<T>(T[] values)
            {
                using var column = group.NextColumn().LogicalWriter<T>();
                column.WriteBatch(values);
            }
        }
    }

    private async Task<string> WriteAsync<T>(T value, ParquetMaterializerOptions? options = null)
        where T : notnull
    {
        var repository = new ArtifactRepository(_store, new MaterializerRegistry().Add(new ParquetMaterializer(options ?? new())));
        var saved = await repository.SaveAsync(value, cancellationToken: Cancel);
        var folder = Path.Join(_folder.FullName, $"{Guid.NewGuid():N}");
        await repository.DownloadAsync(saved.Digest, folder, cancellationToken: Cancel);
        return Path.Join(folder, "table.parquet");
    }

    /// <summary>As <c>cairn save --as parquet</c> does: what the file holds becomes an artifact.</summary>
    private async Task<ParquetFile> ImportAsync(string path)
    {
        await using var reader = new LocalReader(path);
        Artifact saved;
        await using (var local = (ParquetFile)await new ParquetMaterializer().LoadAsync(reader, typeof(ParquetFile), Cancel))
        {
            saved = await _repository.SaveAsync(local, cancellationToken: Cancel);
            saved.Manifest.Files[0].Digest.Hex.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path, Cancel))));
        }
        return await _repository.LoadAsync<ParquetFile>(saved.Digest, Cancel);
    }

    private static List<string> Query(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Text(reader.IsDBNull(i) ? null : reader.GetValue(i)))));
        return rows;

        static string Text(object? value) => value switch
        {
            string text => text,
            System.Collections.IEnumerable items => $"[{string.Join(',', items.Cast<object?>().Select(Text))}]",
            _ => $"{value}",
        };
    }

    public sealed record Place2(int Id, string? Name);
}
