using Cairn.Cli.Tests.Commands.Assets;

namespace Cairn.Cli.Tests.Processes;

public sealed class StartTests
{
    /// <summary>The catalog brings a native library along, so a command that needs none must not load its assemblies.</summary>
    [Theory]
    [InlineData("ls .", false)]
    [InlineData("cp a.txt b.txt", false)]
    [InlineData("save a.txt", false)]
    [InlineData("store list", false)]
    [InlineData("complete \"cairn ls \"", false)]
    [InlineData("asset list --store store", true)]
    public async Task Only_commands_of_the_catalog_load_it(string line, bool loads)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/strace"), "There is no 'strace', which shows the files that a process opens.");
        using var box = await Sandbox.CreateAsync();
        box.File("a.txt", "a");
        (await box.AssetAsync("save", box["a.txt"], "--name", "a", "--store", box["store"])).Ok();
        (await box.BashAsync($"strace -f -e trace=openat -o trace dotnet '{Sandbox.Command}' {line}")).Code.ShouldBe(0);
        var trace = File.ReadAllLines(box["trace"]);
        trace.ShouldContain(l => l.Contains("Cairn.Cli.dll", StringComparison.Ordinal));
        foreach (var assembly in new[] { "Cairn.Catalog.dll", "Microsoft.Data.Sqlite.dll", "e_sqlite3" })
            trace.Any(l => l.Contains(assembly, StringComparison.Ordinal) && !l.Contains("ENOENT", StringComparison.Ordinal)).ShouldBe(loads, assembly);
    }
}
