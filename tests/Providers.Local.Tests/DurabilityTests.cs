using Cairn.Providers.Local.Platform;
using Cairn.Providers.Local.Tests.Crash;

namespace Cairn.Providers.Local.Tests;

/// <summary>What is flushed, and when. That nothing more may be left out is what the crash tests find.</summary>
public sealed class DurabilityTests
{
    private const int BeginLength = 8 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BeginLength - 1, new string[0])]
    [InlineData(BeginLength, new[] { "0+8388608" })]
    [InlineData((2 * BeginLength) + 3, new[] { "0+8388608", "8388608+8388608", "16777216+3" })]
    public async Task A_long_part_is_written_whole_and_the_device_begins_before_its_end(int length, string[] expected)
    {
        NeedsLinux();
        await using var run = new CrashRun();
        var content = CrashRun.Content(1, length);
        var begun = new List<string>();
        run.Disk.Before = (operation, bytes) =>
        {
            if (operation == "begin flush")
                begun.Add(bytes);
        };
        await run.PutAsync("f", content);
        begun.ShouldBe(expected);
        File.ReadAllBytes(Path.Join(run.Disk.Root, "f")).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Fact]
    public async Task Without_durability_nothing_is_flushed()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await using var driver = CrashRun.Open(run.Platform, run.Disk.Root, LocalDurability.None);
        var content = CrashRun.Content(1, BeginLength);
        var begun = 0;
        run.Disk.Before = (operation, _) => begun += operation == "begin flush" ? 1 : 0;

        await using (var upload = await driver.BeginUploadAsync(new("a/b/f", WriteMode.CreateNew), Cancel))
            await upload.CompleteAsync(new UploadPart(0, 0, content), Cancel);
        await driver.CopyAsync(new("a/b/f", "a/c/g", WriteMode.CreateNew), Cancel);
        await driver.MoveAsync(new("a/b/f", "d/h", WriteMode.CreateNew), Cancel);
        await driver.TouchAsync("d/h", Cancel);
        await driver.MakeDirectoryAsync("d", Cancel);
        await driver.MakeDirectoryAsync("e/i", Cancel);
        (await driver.DeleteAsync(new([new("d/h"), new("a/c/g")]), Cancel)).ShouldAllBe(r => r.Outcome == DeleteOutcome.Deleted);

        run.Log.Records.OfType<FlushRecord>().ShouldBeEmpty();
        begun.ShouldBe(0);
    }

    [Fact]
    public async Task A_directory_that_is_made_to_stay_is_flushed()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("a/b", "x");
        await run.MakeAsync("a");
        var marked = run.Log.Records.OfType<MarkStep>().Last();
        run.Log.Records.SkipWhile(r => r != marked).ShouldContain(new FlushRecord(marked.Owner));
    }

    private static void NeedsLinux() => Assert.SkipUnless(LocalPlatform.Current.UsesHandles, "The recorder is in front of the handles that only Linux offers.");
}
