using System.Diagnostics;
using System.Text;

namespace Cairn.Plugins.Tests;

/// <summary><c>cairn plugin dev</c> as a person meets it: in a shell that leads the session of a terminal.</summary>
public sealed class ShellTests : IDisposable
{
    private readonly PluginSandbox _box = new();

    public ShellTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no sessions of terminals on Windows");
        foreach (var version in new[] { "1", "2" })
        {
            var layout = Directory.CreateDirectory(Path.Join(_box.Root, $"build{version}", "cairn-plugin")).FullName;
            foreach (var file in Directory.EnumerateFiles(PluginSandbox.Built("One")))
                File.Copy(file, Path.Join(layout, Path.GetFileName(file)));
            var library = File.ReadAllBytes(Path.Join(layout, "Acme.Greeting.dll"));
            library[library.AsSpan().IndexOf(Encoding.Unicode.GetBytes("from version 1")) + Encoding.Unicode.GetByteCount("from version ")] = (byte)version[0];
            File.WriteAllBytes(Path.Join(layout, "Acme.Greeting.dll"), library);
        }
        Directory.CreateDirectory(Path.Join(_box.Root, "ws"));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Home => Path.Join(_box.Root, "home");

    [Fact]
    public async Task The_next_command_runs_the_new_build_until_it_is_ended()
    {
        var shown = await TerminalAsync("""
            cp -r ../build1 ../out
            c plugin dev ../out
            c init
            c store register hi --root one://x --option name=Ada
            c cat hi:answer.txt
            rm -r ../out/cairn-plugin; cp -r ../build2/cairn-plugin ../out
            c cat hi:answer.txt
            c plugin list
            c plugin dev
            c plugin dev --off acme.one
            c cat hi:answer.txt
            c plugin dev --off
            """);

        var layout = Path.Join(_box.Root, "out", "cairn-plugin");
        shown.ShouldContain($"$ plugin dev ../out\nThis shell uses plugin 'acme.one' 1.2.3 from {layout}: one (one://, uno://)\n");
        shown.ShouldMatch($@"\$ cat hi:answer.txt\nnote: plugin 'acme.one' runs from {layout}, built \d\d:\d\d:\d\d \(under development; 'cairn plugin dev --off' ends that\)\nHello Ada, from version 1\[0\]\n");
        shown.ShouldMatch($@"\$ cat hi:answer.txt\nnote: plugin 'acme.one' runs from {layout}, built .*\nHello Ada, from version 2\[0\]\n");
        shown.ShouldMatch(@"\$ plugin list\nacme\.one +1\.2\.3  dev +one \(one://, uno://\)\n");
        shown.ShouldContain($"$ plugin dev\nThis shell uses plugin 'acme.one' 1.2.3 from {layout}");
        shown.ShouldMatch(@"The plugin in .* is no longer used\.\n\[0\]\n\$ cat hi:answer.txt\ncairn: there is no flavor 'one'");
        Directory.EnumerateFileSystemEntries(Path.Join(Home, "dev")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_shell_does_not_use_it_and_it_ends_with_its_own()
    {
        var shown = await TerminalAsync("""
            c plugin dev ../build1
            c flavor list
            script -qec 'bash -c "dotnet $CAIRN flavor list >other"' /dev/null
            setsid -w bash -c 'dotnet $CAIRN flavor list >none; dotnet $CAIRN plugin dev ../build1 2>>none || true'
            """);

        shown.ShouldContain("one://");
        var other = await File.ReadAllTextAsync(Path.Join(_box.Root, "ws", "other"), Cancel);
        other.ShouldContain("http://");
        other.ShouldNotContain("one://");
        var none = await File.ReadAllTextAsync(Path.Join(_box.Root, "ws", "none"), Cancel);
        none.ShouldNotContain("one://");
        none.ShouldContain("this command does not run in a terminal");

        // The list of the shell that is gone is deleted by the next that is written.
        Directory.EnumerateFiles(Path.Join(Home, "dev")).ShouldHaveSingleItem();
        (await TerminalAsync("c flavor list\nc plugin dev ../build2\nc plugin dev --off")).ShouldNotContain("one://  Greets");
        Directory.EnumerateFiles(Path.Join(Home, "dev")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_or_a_build_that_another_user_could_write_is_not_used()
    {
        var shown = await TerminalAsync("""
            c plugin dev ../build1
            chmod o+w ../home/dev/*
            c flavor list
            chmod o-w ../home/dev/*; chmod o+w ../build1
            c flavor list
            c plugin dev
            chmod o-w ../build1
            [ $(id -u) != 0 ] || { chown 65534 ../home/dev/*; c flavor list; chown 0 ../home/dev/*; chown 65534 ../build1/cairn-plugin; c flavor list; chown 0 ../build1/cairn-plugin; }
            c flavor list
            """);

        var lists = shown.Split("$ flavor list\n")[1..];
        lists[0].ShouldMatch(@"^note: plugins under development are not used: every user of this machine can write to .*/home/dev/.*\n");
        lists[1].ShouldMatch(@"^note: the plugin under development is not used: every user of this machine can write to .*/build1\. ");
        lists[1].ShouldContain("$ plugin dev\nNot used in this shell: the plugin under development is not used");
        foreach (var foreign in lists[2..^1])
            foreign.ShouldMatch(@"^note: (plugins under development are|the plugin under development is) not used: .* belongs to another user\. ");
        foreach (var list in lists[..^1])
        {
            list.ShouldContain("http://");
            list.ShouldNotContain("one://");
        }
        lists[^1].ShouldContain("one://");
    }

    [Fact]
    public async Task A_broken_build_is_told_and_the_rest_works()
    {
        var shown = await TerminalAsync("""
            c plugin dev ../build1
            echo '{' > ../build1/cairn-plugin/cairn-plugin.json
            c flavor list
            rm -r ../build1
            c flavor list
            c plugin list
            """);

        shown.ShouldContain("is not a valid plugin manifest");
        shown.ShouldContain("its folder no longer exists");
        shown.Split("$ flavor list\n")[1..].ShouldAllBe(l => l.Contains("http://") && !l.Contains("one://"));
    }

    public void Dispose() => _box.Dispose();

    /// <summary>Runs lines in a bash that leads the session of a terminal, in the folder of a workspace-to-be; <c>c</c> is the command. What the commands print, on both outputs.</summary>
    private async Task<string> TerminalAsync(string lines)
    {
        var folder = Path.Join(_box.Root, "ws");
        var script = Path.Join(_box.Root, "lines.sh");
        var log = Path.Join(_box.Root, "log");
        File.Delete(log);
        await File.WriteAllTextAsync(script, $$"""
            set -u
            export CAIRN={{PluginSandbox.Command}}
            c() { { echo "$ $*"; dotnet $CAIRN "$@"; echo "[$?]"; } >>{{log}} 2>&1; }
            {{lines}}

            """, Cancel);
        var start = new ProcessStartInfo("script", ["-qec", $"bash {script}", "/dev/null"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment["CAIRN_HOME"] = Home;
        start.Environment.Remove("CAIRN_WORKSPACE");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        var shown = await File.ReadAllTextAsync(log, Cancel);
        TestContext.Current.TestOutputHelper?.WriteLine(shown + await output + await error);
        process.ExitCode.ShouldBe(0);
        return shown;
    }
}
