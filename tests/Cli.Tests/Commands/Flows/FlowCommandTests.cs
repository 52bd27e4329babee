using System.Diagnostics;
using System.Reflection;

namespace Cairn.Cli.Tests.Commands.Flows;

/// <summary><c>cairn flow</c>, which starts a program of flows in its place.</summary>
public sealed class FlowCommandTests
{
    private static string Program { get; } = typeof(FlowCommandTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Spread").Value!;

    [Fact]
    public async Task A_flow_runs_in_the_active_store_and_is_seen_by_the_command()
    {
        using var box = await Sandbox.CreateAsync();
        var ran = await box.ProcessAsync(["flow", "run", "Count", "--set", "ranges=2", "--tag", "first", "--json", "--program", Program]);
        ran.Ok().Json.Single().GetProperty("parameters").GetRawText().ShouldBe("""{"ranges":2}""");
        var listed = (await box.RunAsync("run", "list", "--flow", "Count", "--json")).Ok().Json.Single();
        listed.GetProperty("reference").GetString().ShouldBe(ran.Json.Single().GetProperty("reference").GetString());
        listed.GetProperty("tags")[0].GetString().ShouldBe("first");
        // Both have their index in the workspace.
        Directory.GetFiles(box[".cairn/index"], "*", SearchOption.AllDirectories).ShouldNotBeEmpty();
        (await box.ProcessAsync(["flow", "list", "--json"], info => info.Environment["CAIRN_FLOW_PROGRAM"] = Program)).Ok().Json.Count.ShouldBe(2);
        var plan = (await box.ProcessAsync(["flow", "resume", "Count/latest", "--from", "sum", "--plan", "--json", "--program", Program])).Ok().Json;
        plan.Select(p => p.GetProperty("takenOver").GetInt32()).ShouldBe([1, 2, 0]);
    }

    [Fact]
    public async Task Options_of_the_command_reach_the_program()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("store", "register", "second", "--root", box["second"])).Code.ShouldBe(0);
        var ran = await box.ProcessAsync(["--workspace", box.Folder, "flow", "run", "--store", "second:sub", "--user", "u:ada", "--program", Program, "--json", "--set=ranges=1", "Count"],
            info => info.WorkingDirectory = Path.GetTempPath());
        ran.Ok().Json.Single().GetProperty("createdBy").GetString().ShouldBe("u:ada");
        Directory.Exists(box["second/sub/artifacts"]).ShouldBeTrue();
    }

    [Fact]
    public async Task Errors_of_the_program_are_those_of_the_command()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.ProcessAsync(["flow", "run", "--program", Program])).Fails(2, "several flows: Spread, Count");
        (await box.ProcessAsync(["flow", "resume", "--flow", "Count", "--program", Program])).Fails(1, $"Run a flow first with 'cairn flow run --program {Program}'");
        (await box.ProcessAsync(["flow", "task", "Count/latest", "count", "x", "--program", Program])).Code.ShouldBe(1);
    }

    [Fact]
    public async Task A_signal_reaches_the_program_once_which_ends_the_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        using var box = await Sandbox.CreateAsync();
        using var process = box.Start(["flow", "run", "Spread", "--set", "ranges=2", "--program", Program]);
        var reference = (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')[0];
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(130);
        (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldContain($"cairn: the run {reference} was cancelled. Resume it with 'cairn flow resume {reference} --program {Program}'.");
        (await box.RunAsync("run", "show", reference, "--json")).Ok().Json.Single().GetProperty("status").GetString().ShouldBe("Cancelled");
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_named()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("project/Train.csproj", "<Project/>");
        box.File("text.txt", "no program");
        (await box.RunAsync("flow", "run")).Fails(2, "--program or $CAIRN_FLOW_PROGRAM");
        (await box.RunAsync("flow", "run", "--program", box["nix.dll"])).Fails(2, "nix.dll' does not exist. Build it");
        (await box.RunAsync("flow", "run", "--program", box["project"])).Fails(2, "is a project");
        (await box.RunAsync("flow", "run", "--program", box["project/Train.csproj"])).Fails(2, "is a project");
        if (OperatingSystem.IsWindows())
            return;
        (await box.RunAsync("flow", "run", "--program", box["text.txt"])).Fails(2, "neither a .dll nor an executable");
        File.SetUnixFileMode(box["text.txt"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (await box.ProcessAsync(["flow", "list", "--program", "./text.txt"], info => info.Environment["PATH"] = "/usr/bin:/bin:" + info.Environment["PATH"])).Code.ShouldNotBe(0);
        (await box.ProcessAsync(["flow", "list", "--program", Program], info =>
        {
            info.Environment["DOTNET_HOST_PATH"] = "/nowhere/dotnet";
        })).Fails(1, "'/nowhere/dotnet' cannot be started: No such file or directory");
    }

    [Fact]
    public async Task Where_a_process_cannot_be_replaced_its_exit_code_is_returned()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program of the test is a shell.");
        (await Cairn.Cli.Commands.FlowProcess.StartAsync(["sh", "-c", "exit 7"])).ShouldBe(7);
    }
}
