using System.Diagnostics;
using Cairn.Layers;
using Cairn.Listing;
using Cairn.Providers;
using Cairn.Providers.Local;

namespace Cairn.Tests.Layers;

/// <summary>Several processes over one cache folder, one of them killed, entries damaged and files replaced and removed meanwhile.</summary>
public sealed class ReadCacheProcessTests(ITestOutputHelper output) : IDisposable
{
    private const string Variable = "CAIRN_CACHE_TEST_CHILD";
    private const int Files = 12;
    private const int Length = 300_000;
    private const long Bound = 2_400_000;
    private readonly CacheDirectory _directory = new();

    private static int Rounds => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 4000 : 300;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Processes_that_share_a_folder_never_see_wrong_bytes_and_keep_its_bound()
    {
        var root = Path.Join(_directory.Path, "store");
        Directory.CreateDirectory(root);
        await using var store = await OpenAsync(root);
        for (var i = 0; i < Files; i++)
            await store.PutAsync($"f{i}", Version(i, 0));
        List<Process> readers = [.. Enumerable.Range(0, 3).Select(_ => Start())];
        var victim = Start();
        var (random, version, damaged) = (new Random(3), 0, 0);
        while (readers.Exists(p => !p.HasExited))
        {
            var file = random.Next(Files);
            if (random.Next(8) == 0)
                await store.DeleteAsync(new([new($"f{file}")]), default);
            else
                await store.PutAsync($"f{file}", Version(file, ++version));
            damaged += DamageOne(random) ? 1 : 0;
            if (version == 40)
                victim.Kill();
            await Task.Delay(10);
        }
        victim.Kill();
        foreach (var reader in readers)
        {
            var said = await reader.StandardOutput.ReadToEndAsync() + await reader.StandardError.ReadToEndAsync();
            reader.ExitCode.ShouldBe(0, said);
        }
        output.WriteLine($"{version} versions, {damaged} entries damaged, {_directory.Files.Length} files at the end");
        // Each process may be a sixteenth over, and the killed one has left what it was writing.
        _directory.Files.Sum(f => f.Length).ShouldBeLessThanOrEqualTo(Bound + (4 * Bound / 16) + (4 * Length));
        damaged.ShouldBeGreaterThan(0);
    }

    [Fact(Explicit = true)]
    public async Task A_reader()
    {
        var directory = Environment.GetEnvironmentVariable(Variable)!;
        await using var store = await OpenAsync(Path.Join(directory, "store"));
        var cache = new ReadCacheDriver(store, new() { Directory = directory, MaxBytes = Bound });
        var random = Seeds.Next();
        for (var i = 0; i < Rounds; i++)
        {
            var file = random.Next(Files);
            try
            {
                IsOneVersion(file, await cache.GetAsync($"f{file}", 100_000)).ShouldBeTrue($"f{file} in round {i}");
            }
            catch (StoreException e) when (e.Code is StoreErrorCode.NotFound or StoreErrorCode.PreconditionFailed)
            {
                // Removed, or replaced after the entry was found damaged: what the store itself would say.
            }
        }
    }

    private static byte[] Version(int file, int version)
    {
        var content = new byte[Length];
        Array.Fill(content, (byte)(file * 17));
        for (var i = 0; i < Length; i += 4)
            BitConverter.TryWriteBytes(content.AsSpan(i), (file << 20) + version);
        return content;
    }

    private static bool IsOneVersion(int file, byte[] content)
    {
        var first = BitConverter.ToInt32(content);
        return first >> 20 == file && content.AsSpan().SequenceEqual(Version(file, first & 0xFFFFF));
    }

    private static ValueTask<StoreDriver> OpenAsync(string root) =>
        new LocalProvider().OpenAsync(
            new StoreContext { Root = StoreUri.FromLocalPath(root), Options = new Dictionary<string, string> { ["durability"] = "none" } }, default);

    private bool DamageOne(Random random)
    {
        var entries = _directory.Entries;
        if (entries.Length == 0)
            return false;
        try
        {
            using var file = new FileStream(entries[random.Next(entries.Length)].FullName, FileMode.Open, FileAccess.ReadWrite);
            file.Position = random.NextInt64(file.Length);
            file.WriteByte((byte)random.Next(256));
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(ReadCacheProcessTests).Assembly.Location);
        foreach (var argument in (string[])["-explicit", "only", "-method", $"{typeof(ReadCacheProcessTests).FullName}.{nameof(A_reader)}"])
            start.ArgumentList.Add(argument);
        start.Environment[Variable] = _directory.Path;
        return Process.Start(start)!;
    }
}
