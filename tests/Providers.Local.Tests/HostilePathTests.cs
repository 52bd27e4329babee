using System.Text;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests;

/// <summary>Every path of the corpus through every operation: nothing outside of the root is read, written or touched.</summary>
public sealed class HostilePathTests(ITestOutputHelper output)
{
    private const string Depth = "1/2/3/4/5/6/7/8";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_corpus_is_data_and_still_what_its_generator_makes()
    {
        var lines = File.ReadAllLines(Path.Join(AppContext.BaseDirectory, "Data", "hostile-paths.txt"));
        lines.ShouldBe(HostilePaths.Generate());
        lines.Length.ShouldBeGreaterThanOrEqualTo(2000);
        lines.Distinct().Count().ShouldBe(lines.Length);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task No_path_reaches_outside(bool usesHandles, bool windowsNames)
    {
        var folder = Directory.CreateTempSubdirectory("cairn-hostile-").FullName;
        try
        {
            MakeCanaries(folder);
            var root = Path.Join(folder, Depth, "root");
            var before = Snapshot(folder, root);
            await using var driver = LocalDriver.Open(
                StoreUri.FromLocalPath(root), new LocalOptions { Durability = LocalDurability.None }, TimeProvider.System, new LocalPlatform(usesHandles, windowsNames));
            int parsed = 0, held = 0, refused = 0;
            var paths = HostilePaths.Read();
            foreach (var text in paths)
            {
                if (!StorePath.TryParse(text, out var path))
                    continue;
                parsed++;
                if (await TryAllAsync(driver, path))
                    held++;
                else
                    refused++;
                Directory.EnumerateFileSystemEntries(root).ShouldBeEmpty($"after {path.Value}");
            }
            Snapshot(folder, root).ShouldBe(before);
            output.WriteLine($"{paths.Count} paths: {paths.Count - parsed} refused at parse, {refused} by the provider, {held} held as names; 0 escapes");
            held.ShouldBeGreaterThan(100);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Works on a path in each way there is; true when it could be held.</summary>
    private static async Task<bool> TryAllAsync(LocalDriver driver, StorePath path)
    {
        var held = false;
        await AllowedToFailAsync(driver, async () =>
        {
            await PutAsync(driver, path);
            held = true;
            await using var read = await driver.OpenReadAsync(new ReadRequest(path), Cancel);
            using var reader = new StreamReader(read.Content);
            (await reader.ReadToEndAsync(Cancel)).ShouldBe("mine");
        });
        await AllowedToFailAsync(driver, async () => await driver.StatAsync(path, Cancel));
        await AllowedToFailAsync(driver, async () => await driver.TouchAsync(path, Cancel));
        await AllowedToFailAsync(driver, async () => await ListAsync(driver, path));
        await AllowedToFailAsync(driver, async () => await driver.CopyAsync(new CopyRequest(path, "copied", WriteMode.Replace), Cancel));
        await AllowedToFailAsync(driver, async () => await driver.MoveAsync(new CopyRequest("copied", path, WriteMode.Replace), Cancel));
        await AllowedToFailAsync(driver, async () => await driver.MoveAsync(new CopyRequest(path, "moved", WriteMode.Replace), Cancel));
        await AllowedToFailAsync(driver, async () => await driver.RemoveStagedAsync(new StagedUpload(path.Value, path, default, null), Cancel));
        await driver.DeleteAsync(new DeleteRequest([new("copied"), new("moved"), new(path)]), Cancel);
        await AllowedToFailAsync(driver, async () => await driver.MakeDirectoryAsync(path, Cancel));
        for (var made = path; !made.IsRoot; made = made.Parent)
            await driver.DeleteAsync(new DeleteRequest([new(made, EntryKind.Directory)]), Cancel);
        return held;
    }

    private static async Task AllowedToFailAsync(LocalDriver driver, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (IOException e)
        {
            driver.Classify(e).Code.ShouldBeOneOf(StoreErrorCode.NotFound, StoreErrorCode.PathConflict, StoreErrorCode.PermissionDenied);
        }
    }

    private static async Task PutAsync(LocalDriver driver, StorePath path)
    {
        await using var upload = await driver.BeginUploadAsync(new UploadRequest(path, WriteMode.Replace), Cancel);
        await upload.CompleteAsync(new UploadPart(0, 0, Encoding.ASCII.GetBytes("mine")), Cancel);
    }

    private static async Task ListAsync(LocalDriver driver, StorePath path)
    {
        await foreach (var page in driver.ListAsync(new ListRequest(path, Recursive: true), Cancel))
            page.ShouldAllBe(i => i.Path.IsUnder(path));
    }

    /// <summary>What a path that climbs would find, at each height.</summary>
    private static void MakeCanaries(string folder)
    {
        for (var above = Path.Join(folder, Depth); above.Length >= folder.Length; above = Path.GetDirectoryName(above)!)
        {
            foreach (var name in new[] { "canary.txt", "etc/passwd", "root2/canary.txt", "a/canary.txt", "b" })
            {
                var file = Path.Join(above, name);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, "canary");
            }
        }
        Directory.CreateDirectory(Path.Join(folder, Depth, "root"));
    }

    /// <summary>Every name outside of the root with its content and its modified time; of the root's parent all but the time that the root's own making left.</summary>
    private static List<string> Snapshot(string folder, string root) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(p => !p.StartsWith(root + "/", StringComparison.Ordinal) && p != root)
            .Order(StringComparer.Ordinal)
            .Select(p => $"{p} {File.GetLastWriteTimeUtc(p).Ticks} {(File.Exists(p) ? File.ReadAllText(p) : "")}"),
    ];
}
