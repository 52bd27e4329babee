using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests;

/// <summary>What a listing leaves out and tells, and what a copy of a local file keeps.</summary>
public sealed class TransferTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listing_tells_what_it_leaves_out()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes links and a pipe of Linux.");
        await using var store = new LocalTestStore();
        await store.PutAsync("d/file", "x");
        Program.Run("mkfifo", store.Real("d/pipe"));
        File.CreateSymbolicLink(store.Real("d/broken"), "nowhere");
        Directory.CreateSymbolicLink(store.Real("d/loop"), "..");
        File.CreateSymbolicLink(store.Real("d/alias"), "file");
        Program.Run("sh", "-c", $"printf x > '{store.Real("d")}'/\"$(printf 'caf\\351')\"");
        var told = new List<UnlistedEntry>();
        var keys = new List<string>();

        await foreach (var page in store.Driver.ListAsync(new ListRequest("", Recursive: true) { Unlisted = told.Add }, Cancel))
            keys.AddRange(page.Select(i => i.OrderKey));

        keys.ShouldBe(["d/", "d/alias", "d/file"]);
        told.Select(t => $"{t.Directory}/{t.Name} {t.Kind}").Order(StringComparer.Ordinal)
            .ShouldBe([@"d/broken Link", @"d/caf\xe9 Unnameable", "d/loop Link", "d/pipe Special"]);
        told.Single(t => t.Kind == UnlistedKind.Special).Path!.Value.Value.ShouldBe("d/pipe");
        told.Single(t => t.Kind == UnlistedKind.Unnameable).Path.ShouldBeNull();
        // Nobody asks: a name that no path can hold is out of reach like the others, and blocks nothing.
        (await store.Driver.ListAsync(new ListRequest("", Recursive: true), Cancel).SelectMany(p => p).Select(i => i.OrderKey).ToListAsync(Cancel)).ShouldBe(keys);
        Program.Run("rm", "-r", store.Real("d"));
    }

    [Fact]
    public async Task A_taken_file_keeps_its_holes_and_reports_progress()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Holes are looked for on Linux alone.");
        await using var store = new LocalTestStore();
        Directory.CreateDirectory(store.RootPath);
        var source = Path.Join(store.Folder, "sparse");
        using (var file = File.OpenHandle(source, FileMode.CreateNew, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, new byte[] { 1, 2, 3 }, 32 << 20);
            RandomAccess.SetLength(file, 64 << 20);
        }
        Assert.SkipUnless(BlocksOf(source) < 1000, "The file system keeps no holes.");
        using var handle = File.OpenHandle(source);
        var progress = 0L;

        await using (var upload = await store.Driver.BeginUploadAsync(new UploadRequest("copy", WriteMode.CreateNew) { Length = 64 << 20 }, Cancel))
        {
            (await upload.TryTakeFileAsync(handle, 64 << 20, count => progress += count, Cancel)).ShouldBeTrue();
            File.Exists(store.Real("copy")).ShouldBeFalse();
            (await upload.CompleteAsync(new UploadPart(1, 64 << 20, default), Cancel)).Length.ShouldBe(64 << 20);
        }

        progress.ShouldBe(64 << 20);
        BlocksOf(store.Real("copy")).ShouldBeLessThan(1000);
        var bytes = await File.ReadAllBytesAsync(store.Real("copy"), Cancel);
        bytes.AsSpan(32 << 20, 3).ToArray().ShouldBe([1, 2, 3]);
        bytes.Count(b => b != 0).ShouldBe(3);
        await store.Driver.CopyAsync(new CopyRequest("copy", "again", WriteMode.CreateNew), Cancel);
        BlocksOf(store.Real("again")).ShouldBeLessThan(1000);
        new FileInfo(store.Real("again")).Length.ShouldBe(64 << 20);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_copy_inside_the_store_keeps_the_time_and_the_executable_bit()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Others do not keep times exactly.");
        await using var store = new LocalTestStore();
        await store.PutAsync("tool", "x");
        File.SetUnixFileMode(store.Real("tool"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var time = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(1_234_567);
        File.SetLastWriteTimeUtc(store.Real("tool"), time);

        var copy = await store.Driver.CopyAsync(new CopyRequest("tool", "copy", WriteMode.CreateNew), Cancel);

        copy.IsExecutable.ShouldBeTrue();
        File.GetLastWriteTimeUtc(store.Real("copy")).ShouldBe(time);
        copy.ETag.ShouldNotBe((await store.Driver.StatAsync("tool", Cancel))!.ETag);
    }

    private static long BlocksOf(string path)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true })!;
        return long.Parse(process.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
