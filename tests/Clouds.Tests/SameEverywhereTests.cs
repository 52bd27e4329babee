using System.Text;
using System.Text.RegularExpressions;

namespace Cairn.Clouds.Tests;

/// <summary>The command on every flavor: what a person sees does not tell where the bytes are.</summary>
public sealed partial class SameEverywhereTests(Builds builds) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-clouds-").FullName;

    /// <summary>Commands whose output, error and exit code are the same on every store; none prints a time, an etag or an address.</summary>
    private static readonly string[] Commands =
    [
        "cp -r data :data", "ls :", "ls -r :data", "tree :data", "find :data/**/*.txt", "cat :data/a.txt", "du -s :data", "du --json :data", "cp :data/a.txt :copy/b.txt",
            "cp --no-replace data/a.txt :copy/b.txt",
        "mv :copy/b.txt :moved.txt", "mv :data/deep :deep", "ls -r :", "mkdir :made/inner", "ls :made", "sync data :data", "sync data :data --checksum", "cp -r :data back", "rm :moved.txt",
            "rm :none.txt", "cat :none.txt",
        "cp :data/a.txt -", "rm -r :deep", "rm -r :data/deep --force", "ls -r :",
        "save data --name models/m1", "save data --name models/m1", "save data/big.bin --name big --chunked true", "show models/m1", "show big", "load models/m1 -o loaded",
            "load big -o loaded-big", "load none -o loaded",
        "verify models/m1", "verify --all", "oci export models/m1 layout --tag v1", "oci import layout --tag v1 --name again", "show again", "store clean cloud --dry-run",
        "rm -rf :", "ls :",
    ];

    private const string LastFile = "deep/ü b.txt";

    [Theory]
    [InlineData(Builds.Standalone)]
    [InlineData(Builds.Tool)]
    public async Task The_same_commands_print_the_same_on_each_store(string build)
    {
        await using var clouds = await Clouds.StartAsync();
        var cairn = await builds.PathAsync(build);
        var local = await RunAllAsync(clouds, cairn, "local", "file://" + Path.Join(_folder, "store"));
        foreach (var line in local.Split('\n'))
            TestContext.Current.TestOutputHelper?.WriteLine(line);
        local.ShouldContain($"data/{LastFile}");
        local.ShouldContain("3 blobs of 295 KiB are intact, 0 are damaged");
        (await RunAllAsync(clouds, cairn, "s3", clouds.S3)).ShouldBe(local, "s3");
        (await RunAllAsync(clouds, cairn, "azure", clouds.Azure)).ShouldBe(local, "azure");
        (await RunAllAsync(clouds, cairn, "gcs", clouds.Gcs)).ShouldBe(local, "gcs");
    }

    [Fact]
    public async Task A_folder_moves_between_three_clouds()
    {
        await using var clouds = await Clouds.StartAsync();
        WriteData(_folder);
        var (code, output, error) = await clouds.RunAsync(Builds.Metadata("CloudMove"), _folder, $"file://{_folder}/data", $"{clouds.S3}/x", $"{clouds.Azure}/y", $"{clouds.Gcs}/z",
            $"file://{_folder}/back");
        code.ShouldBe(0, error);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(4);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(l => l.EndsWith("3 files, 300016 bytes", StringComparison.Ordinal));
        File.ReadAllText(Path.Join(_folder, "back", "deep", "ü b.txt")).ShouldBe("below");
        Directory.Exists(Path.Join(_folder, "data")).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void WriteData(string folder)
    {
        Directory.CreateDirectory(Path.Join(folder, "data", "deep"));
        File.WriteAllText(Path.Join(folder, "data", "a.txt"), "hello world");
        File.WriteAllBytes(Path.Join(folder, "data", "big.bin"), new byte[300_000]);
        File.WriteAllText(Path.Join(folder, "data", "deep", "ü b.txt"), "below");
    }

    private async Task<string> RunAllAsync(Clouds clouds, string cairn, string flavor, string root)
    {
        var folder = Directory.CreateDirectory(Path.Join(_folder, flavor)).FullName;
        WriteData(folder);
        (await clouds.RunAsync(cairn, folder, "init")).Code.ShouldBe(0);
        var registered = await clouds.RunAsync(cairn, folder, "store", "register", "cloud", "--flavor", flavor, "--root", root);
        registered.Code.ShouldBe(0, registered.Error);
        var check = await clouds.RunAsync(cairn, folder, "store", "check", "cloud");
        check.Code.ShouldBe(0, check.Error);
        (await clouds.RunAsync(cairn, folder, "store", "set", "cloud")).Code.ShouldBe(0);
        var all = new StringBuilder();
        foreach (var command in Commands)
        {
            var (code, output, error) = await clouds.RunAsync(cairn, folder, command.Split(' '));
            all.Append("$ cairn ").Append(command).Append('\n').Append(output).Append(Reason().Replace(error, "ROOT$1 $2")).Append('[').Append(code).Append("]\n");
        }
        File.ReadAllText(Path.Join(folder, "back", "a.txt")).ShouldBe("hello world");
        File.ReadAllText(Path.Join(folder, "loaded", LastFile)).ShouldBe("below");
        return all.ToString();
    }

    /// <summary>A message says what was tried, on what, and the code alike; it names the store's own address and request, and says why in the service's terms.</summary>
    [GeneratedRegex(@"(?:file|s3|az|gs)://\S*(/[\w.]+): [^(]*(\(\w+\)).*")]
    private static partial Regex Reason();
}
