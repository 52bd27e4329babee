using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;

namespace Cairn.Formats.Parquet.Tests;

/// <summary>Files that no digest vouches for: each ends in values or in a clear error, and takes no memory for what it only announces.</summary>
public sealed class DamageTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-parquet-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Damaged => Path.Join(_folder.FullName, "damaged.parquet");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Trait("Memory", "Bounded")]
    public async Task A_file_with_wrong_bytes_ends_in_values_or_a_clear_error()
    {
        var random = new Random(7);
        foreach (var content in new[] { await WriteAsync<IEnumerable<Every>>(Enumerable.Range(0, 20).Select(Every.At).ToList()),
            await WriteAsync<IEnumerable<Nested>>(Enumerable.Range(0, 20).Select(Nested.At).ToList()) })
        {
            for (var round = 0; round < (Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 5000 : 300); round++)
            {
                var damaged = (byte[])content.Clone();
                for (var n = random.Next(1, 4); n > 0; n--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                await File.WriteAllBytesAsync(Damaged, damaged, Cancel);
                await ReadsOrFailsClearlyAsync($"round {round}");
            }
        }
    }

    [Fact]
    public async Task A_file_that_is_cut_short_is_a_clear_error()
    {
        var content = await WriteAsync<IEnumerable<Every>>(Enumerable.Range(0, 20).Select(Every.At).ToList());
        for (var length = 0; length < content.Length; length += 97)
        {
            await File.WriteAllBytesAsync(Damaged, content[..length], Cancel);
            var error = await Should.ThrowAsync<MaterializationException>(ReadAsync);
            error.Message.ShouldContain("not a complete Parquet file");
        }
    }

    [Theory]
    [InlineData("PAR1....PARE", "encrypted")]
    [InlineData("no parquet at all", "does not end with the mark")]
    [InlineData("PAR1\u007f\u007f\u007f\u007fPAR1", "footer announces")]
    [InlineData("", "it has 0 bytes")]
    public async Task What_is_no_Parquet_file_says_so(string content, string mention)
    {
        await File.WriteAllTextAsync(Damaged, content, Cancel);
        (await Should.ThrowAsync<MaterializationException>(ReadAsync)).Message.ShouldContain(mention);
    }

    private async Task ReadsOrFailsClearlyAsync(string what)
    {
        try
        {
            await ReadAsync().WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        }
        catch (MaterializationException e)
        {
            e.Message.ShouldNotBeNullOrWhiteSpace(what);
        }
    }

    private async Task ReadAsync()
    {
        await using var reader = new LocalReader(Damaged);
        await using var file = (ParquetFile)await new ParquetMaterializer().LoadAsync(reader, typeof(ParquetFile), Cancel);
        await foreach (var batch in file.ReadBatchesAsync(null, Cancel))
            batch.Dispose();
    }

    private static async Task<byte[]> WriteAsync<T>(T value)
        where T : notnull
    {
        await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://parquet-{Guid.NewGuid():N}", cancellationToken: Cancel);
        var repository = new ArtifactRepository(store, new MaterializerRegistry().Add(new ParquetMaterializer()));
        await using var reader = await repository.OpenAsync((await repository.SaveAsync(value, cancellationToken: Cancel)).Digest, Cancel);
        await using var stream = await reader.OpenAsync("table.parquet", Cancel);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, Cancel);
        return content.ToArray();
    }
}
