using System.Diagnostics;

namespace Cairn.Cli.Tests.Processes;

/// <summary>Ctrl-C in the middle of real work.</summary>
public sealed class CancellationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_in_the_middle_of_a_copy_leaves_the_old_content_and_nothing_partial(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        using var box = await Sandbox.CreateAsync();
        box.File("old", "old");
        (await box.RunAsync("cp", box["old"], ":target")).Ok();

        // Standard input never ends, so the copy is in its middle whenever the signal comes.
        using var process = box.Start(["cp", "-", ":target"]);
        await process.StandardInput.BaseStream.WriteAsync(new byte[20 << 20], Cancel);
        await process.StandardInput.BaseStream.FlushAsync(Cancel);
        await SignalAsync(process, signal);

        (await process.StandardError.ReadToEndAsync(Cancel)).ShouldBe("");
        await process.WaitForExitAsync(Cancel);
        process.ExitCode.ShouldBe(code);
        (await box.TreeAsync(":")).ShouldBe(["target=old"]);
        Directory.EnumerateFiles(box[".cairn/store"], "*", SearchOption.AllDirectories).Select(Path.GetFileName).ShouldBe(["target"]);
    }

    [Fact]
    public async Task A_signal_in_the_middle_of_a_tree_leaves_only_whole_files()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        using var box = await Sandbox.CreateAsync();
        var content = new byte[4 << 20];
        new Random(7).NextBytes(content);
        Directory.CreateDirectory(box["src"]);
        for (var i = 0; i < 60; i++)
            File.WriteAllBytes(box[$"src/{i:00}"], content);

        using var process = box.Start(["cp", "-r", "src", ":target"]);
        while (!process.HasExited && !(Directory.Exists(box[".cairn/store/target"]) && Directory.EnumerateFiles(box[".cairn/store/target"]).Any()))
            await Task.Delay(1, Cancel);
        await SignalAsync(process, "INT");
        await process.WaitForExitAsync(Cancel);

        process.ExitCode.ShouldBe(130);
        foreach (var file in Directory.EnumerateFiles(box[".cairn/store"], "*", SearchOption.AllDirectories))
            (await File.ReadAllBytesAsync(file, Cancel)).AsSpan().SequenceEqual(content).ShouldBeTrue(file);
        (await box.ProcessAsync(["sync", "src", ":target"])).Ok();
        (await box.ProcessAsync(["du", "-s", ":target", "--json"])).Ok().Json[0].GetProperty("files").GetInt64().ShouldBe(60);
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancel);
    }
}
