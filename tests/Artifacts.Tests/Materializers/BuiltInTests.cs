using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Cairn.Tests.Drivers;
using Cairn.Tests.Workspaces;

namespace Cairn.Tests.Materializers;

public sealed partial class BuiltInTests : IAsyncLifetime
{
    private ArtifactRepository _repository = null!;

    public async ValueTask InitializeAsync() =>
        _repository = new(await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://builtin"), MaterializerRegistry.CreateDefault());

    public ValueTask DisposeAsync() => _repository.Store.DisposeAsync();

    public enum Colour
    {
        Red = 1,
        Green = 2,
    }

    [Fact]
    public async Task Single_values_come_back_exactly()
    {
        await SameAsync(true);
        await SameAsync('\ud83d');
        await SameAsync(sbyte.MinValue);
        await SameAsync((byte)200);
        await SameAsync(long.MinValue);
        await SameAsync(ulong.MaxValue);
        await SameAsync(Int128.MinValue);
        await SameAsync(UInt128.MaxValue);
        await SameAsync(BigInteger.Pow(7, 100));
        await SameAsync(0.1 + 0.2);
        await SameAsync(double.NaN);
        await SameAsync(double.NegativeInfinity);
        await SameAsync(float.Epsilon);
        await SameAsync((Half)0.1);
        await SameAsync(1.10m);
        await SameAsync(new Complex(0.1, -1e300));
        await SameAsync(new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc).AddTicks(7));
        await SameAsync(new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromMinutes(-90)));
        await SameAsync(new DateOnly(1, 1, 1));
        await SameAsync(new TimeOnly(23, 59, 59, 999));
        await SameAsync(TimeSpan.MinValue);
        await SameAsync(Guid.Parse("11111111-2222-3333-4444-555555555555"));
        await SameAsync(new Uri("https://example.org/a%20b?c#d"));
        await SameAsync(new Uri("relative/path", UriKind.Relative));
        await SameAsync(new Version(1, 2, 3, 4));
        await SameAsync(Colour.Green);
        await SameAsync(FileAttributes.Hidden | FileAttributes.System);
        await SameAsync("");
        await SameAsync("grüße\0\n😀");
    }

    [Fact]
    public async Task A_value_is_not_read_as_one_of_another_kind()
    {
        var saved = await _repository.SaveAsync(5);
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<long>(saved.Digest))).Message.ShouldContain("kind 'int32' and not 'int64'");
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<string>(saved.Digest))).Message.ShouldContain("saved as Int32 by scalar 1");
        (await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync("\ud800"))).Message.ShouldContain("Cannot save a String");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3000)]
    [InlineData(900_000)]
    public async Task Bytes_and_streams(int length)
    {
        var bytes = Bytes.Of(length);
        var saved = await _repository.SaveAsync(bytes);
        (await _repository.SaveAsync<Stream>(new MemoryStream(bytes))).Manifest.Files[0].Digest.ShouldBe(saved.Manifest.Files[0].Digest);
        (await _repository.LoadAsync<byte[]>(saved.Digest)).ShouldBe(bytes);
        (await _repository.LoadAsync<ReadOnlyMemory<byte>>(saved.Digest)).ToArray().ShouldBe(bytes);
        await using var stream = await _repository.LoadAsync<Stream>(saved.Digest);
        (await Bytes.ReadAllAsync(stream)).ShouldBe(bytes);
    }

    public sealed record Penguin(string Species, double? Mass, DateOnly Seen);

    private static IEnumerable<Penguin> Penguins(int count) => Enumerable.Range(0, count).Select(i => new Penguin($"Adélie\n{i}", i % 3 == 0 ? null : i / 7.0, new(2024, 1, 1 + (i % 28))));

    [Fact]
    public async Task Records_and_collections_as_json()
    {
        var penguin = Penguins(1).Single();
        await SameAsync(penguin);
        var list = Penguins(3000).ToList();
        var records = await _repository.SaveAsync(list);
        records.Manifest.MaterializerId.ShouldBe("json");
        (await _repository.LoadAsync<List<Penguin>>(records.Digest)).ShouldBe(list);
        (await _repository.LoadAsync<object>(records.Digest)).ShouldBeOfType<JsonElement>().GetArrayLength().ShouldBe(3000);
        var map = new Dictionary<string, int> { ["a"] = 1 };
        var saved = await _repository.SaveAsync(map);
        (await _repository.LoadAsync<Dictionary<string, int>>(saved.Digest)).ShouldBe(map);
        (await _repository.PreviewAsync(saved.Digest))!.Text.ShouldBe("""{"a":1}""");
        foreach (var type in new[] { typeof(Action), typeof(Task), typeof(Type), typeof(IDisposable), typeof(NetworkStreamish) })
            _repository.Materializers.Explain(type).Chosen?.Id.ShouldNotBe("json", type.Name);
    }

    [Fact]
    public async Task Sequences_as_json_lines_are_streamed()
    {
        var saved = await _repository.SaveAsync(Penguins(5000));
        saved.Manifest.MaterializerId.ShouldBe("jsonl");
        saved.Manifest.Facts["rows"].ShouldBe("5000");
        (await _repository.SaveAsync(Penguins(5000).ToAsyncEnumerable())).Manifest.Files[0].Digest.ShouldBe(saved.Manifest.Files[0].Digest);
        (await _repository.LoadAsync<IEnumerable<Penguin>>(saved.Digest)).ShouldBe(Penguins(5000));
        var lazy = await _repository.LoadAsync<IAsyncEnumerable<Penguin>>(saved.Digest);
        (await lazy.ToListAsync()).ShouldBe(Penguins(5000));
        (await lazy.Take(3).ToListAsync()).ShouldBe(Penguins(3));
        var none = await _repository.SaveAsync(Penguins(0));
        (await _repository.LoadAsync<IEnumerable<Penguin>>(none.Digest)).ShouldBeEmpty();
        await using var lines = await _repository.OpenFileAsync(saved.Digest);
        (await new StreamReader(lines).ReadLineAsync()).ShouldBe("""{"Species":"Ad\u00E9lie\n0","Mass":null,"Seen":"2024-01-01"}""");
    }

    [Fact]
    public async Task Source_generated_json_needs_no_reflection()
    {
        var repository = new ArtifactRepository(_repository.Store, MaterializerRegistry.CreateDefault(PenguinContext.Default).AddJsonLines(PenguinContext.Default.Penguin), StorePath.Root);
        var penguin = Penguins(1).Single();
        var saved = await repository.SaveAsync(penguin);
        (await repository.LoadAsync<Penguin>(saved.Digest)).ShouldBe(penguin);
        var ps = await repository.SaveAsync(Penguins(10));
        (await repository.LoadAsync<IAsyncEnumerable<Penguin>>(ps.Digest)).ShouldNotBeNull();
        (await repository.LoadAsync<List<Penguin>>(ps.Digest)).ShouldBe(Penguins(10));
        (await _repository.LoadAsync<IEnumerable<Penguin>>(ps.Digest)).ShouldBe(Penguins(10));
        (await Should.ThrowAsync<MaterializationException>(() => repository.SaveAsync(new List<Version>()))).Message.ShouldContain("no materializer serves");
    }

    [Fact]
    public async Task A_file_and_a_folder_as_they_are()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["in/sub"]);
        File.WriteAllBytes(folder["in/a.bin"], Bytes.Of(300_000));
        File.WriteAllText(folder["in/sub/.hidden"], "x");
        var saved = await _repository.SaveAsync(new DirectoryInfo(folder["in"]));
        saved.Manifest.Files.Select(f => f.Name.Value).ShouldBe(["a.bin", "sub/.hidden"]);
        await _repository.DownloadAsync(saved.Digest, folder["out"]);
        File.ReadAllBytes(folder["out/a.bin"]).ShouldBe(Bytes.Of(300_000));
        File.ReadAllText(folder["out/sub/.hidden"]).ShouldBe("x");
        (await _repository.SaveAsync(new FileInfo(folder["in/a.bin"]))).Manifest.Files[0].Digest.ShouldBe(saved.Manifest.Files[0].Digest);
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<FileInfo>(saved.Digest))).Message.ShouldContain("DownloadAsync");
        (await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync(new FileInfo(folder["nope"])))).InnerException.ShouldBeOfType<FileNotFoundException>();
    }

    private async Task SameAsync<T>(T value)
        where T : notnull
    {
        var saved = await _repository.SaveAsync(value);
        (await _repository.LoadAsync<T>(saved.Digest)).ShouldBe(value);
        (await _repository.SaveAsync<object>(value)).Manifest.Files[0].ShouldBe(saved.Manifest.Files[0]);
    }

    private abstract class NetworkStreamish : Stream;

    [JsonSerializable(typeof(Penguin))]
    private sealed partial class PenguinContext : JsonSerializerContext;
}
