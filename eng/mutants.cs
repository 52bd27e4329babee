#:property PublishAot=false
// Applies known small faults to the sources one at a time, builds, and runs the tests that must notice them, several times each: every run must turn red.
// Usage: dotnet run eng/mutants.cs [--runs N] [--check] [NUMBER...]
//   without numbers   all of eng/mutants.json
//   --runs N          how often the tests run over each fault (20 by default)
//   --check           only looks whether every replacement still matches
// Exits 1 when a fault survives a run, or when a replacement no longer matches exactly once. The sources are as before afterwards.
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

var root = Directory.GetCurrentDirectory();
while (!File.Exists(Path.Join(root, "Cairn.slnx")))
    root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("Run this inside the repository.");
var runs = 20;
var checkOnly = false;
var wanted = new HashSet<int>();
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--check")
        checkOnly = true;
    else if (args[i] == "--runs" && i + 1 < args.Length && int.TryParse(args[i + 1], out runs) && runs > 0)
        i++;
    else if (int.TryParse(args[i], out var number))
        wanted.Add(number);
    else
        return Fail($"'{args[i]}' is not understood. Usage: dotnet run eng/mutants.cs [--runs N] [--check] [NUMBER...]");
}

var table = JsonDocument.Parse(File.ReadAllText(Path.Join(root, "eng", "mutants.json"))).RootElement.EnumerateArray().Select(e => new Mutant(
    e.GetProperty("number").GetInt32(),
    e.GetProperty("what").GetString()!,
    Path.Join(root, e.GetProperty("file").GetString()),
    e.GetProperty("old").GetString()!,
    e.GetProperty("new").GetString()!,
    e.GetProperty("tests").GetString()!,
    [.. e.GetProperty("classes").EnumerateArray().Select(c => c.GetString()!)])).ToList();
if (wanted.Except(table.Select(m => m.Number)).ToList() is { Count: > 0 } unknown)
    return Fail($"There is no fault {string.Join(", ", unknown)} in eng/mutants.json.");
var chosen = table.Where(m => wanted.Count == 0 || wanted.Contains(m.Number)).OrderBy(m => m.Tests, StringComparer.Ordinal).ThenBy(m => m.Number).ToList();
var stale = chosen.Where(m => !File.Exists(m.File) || File.ReadAllText(m.File).Split(m.Old).Length != 2).ToList();
foreach (var mutant in stale)
    Console.Error.WriteLine($"{mutant.Number}: {Path.GetRelativePath(root, mutant.File)} does not hold its text exactly once: change eng/mutants.json with the source.");
if (stale.Count > 0 || checkOnly)
    return stale.Count > 0 ? 1 : 0;

var gate = new Lock();
Process? running = null;
string? changed = null;
var before = "";
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

// The faults must be what turns the tests red.
foreach (var project in chosen.GroupBy(m => m.Tests))
{
    Build(project.Key);
    foreach (var classes in project.Select(m => m.Classes).DistinctBy(c => string.Join(' ', c)))
    {
        if (Run(project.Key, classes, whole: true) is var (red, line) && red)
            return Fail($"{string.Join(", ", classes)} of {project.Key} is red without a fault: {line}");
    }
}

Console.WriteLine("| fault | | red tests, first run | red runs | |\n|---|---|---|---|---|");
var survivors = 0;
foreach (var mutant in chosen)
{
    lock (gate)
    {
        before = File.ReadAllText(mutant.File);
        changed = mutant.File;
        File.WriteAllText(mutant.File, before.Replace(mutant.Old, mutant.New, StringComparison.Ordinal));
    }
    var reds = 0;
    var (line, first) = ("", "");
    try
    {
        Build(mutant.Tests);
        for (var i = 0; i < runs; i++)
        {
            (var red, line) = Run(mutant.Tests, mutant.Classes, whole: i == 0);
            first = i == 0 ? line : first;
            if (!red)
                break;
            reds++;
        }
    }
    finally
    {
        Restore();
    }
    survivors += reds < runs ? 1 : 0;
    Console.WriteLine($"| {mutant.Number} | {mutant.What} | {first} | {reds} of {runs} | {(reds == runs ? "killed" : "**survived**")} |");
}
foreach (var project in chosen.Select(m => m.Tests).Distinct())
    Build(project);
return survivors == 0 ? 0 : Fail($"{survivors} of {chosen.Count} survived.");

void Restore()
{
    lock (gate)
    {
        if (changed is null)
            return;
        File.WriteAllText(changed, before);
        changed = null;
    }
}

// Keeps the gate, so that the loop changes nothing more.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    gate.Enter();
    Restore();
    running?.Kill();
    Environment.Exit(signal.Signal == PosixSignal.SIGINT ? 130 : 143);
}

void Build(string project)
{
    // A fault may leave a field unused: a warning does not stop the build here.
    var (code, output) = Start("dotnet", ["build", Path.Join(root, "tests", project), "-c", "Release", "-v", "q", "-nologo", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false"], TimeSpan.FromMinutes(15));
    if (code != 0)
        throw new InvalidOperationException($"{project} does not build:\n{output}");
}

// Red: a test failed, or the run did not end. Unless all of the tests are asked for, the run ends with the first that fails.
(bool Red, string Line) Run(string project, string[] classes, bool whole)
{
    var program = Path.Join(root, "tests", project, "bin", "Release", "net10.0", project);
    var (code, output) = Start(program, ["-noColor", "-noLogo", .. whole ? Array.Empty<string>() : ["-stopOnFail"], .. classes.SelectMany(c => new[] { c.Contains(':', StringComparison.Ordinal) ? "-method" : "-class", c.Replace(':', '.') })], TimeSpan.FromMinutes(5));
    if (code is null)
        return (true, "did not end within 5 minutes");
    var total = Regex.Match(output, @"Total: (\d+), Errors: (\d+), Failed: (\d+), Skipped: (\d+)");
    if (!total.Success || total.Groups[1].Value == "0" || total.Groups[1].Value == total.Groups[4].Value)
        throw new InvalidOperationException($"{string.Join(", ", classes)} ran no tests:\n{output}");
    return (total.Groups[2].Value != "0" || total.Groups[3].Value != "0", $"{total.Groups[3].Value} of {total.Groups[1].Value}");
}

(int? Code, string Output) Start(string program, IReadOnlyList<string> arguments, TimeSpan limit)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    running = process;
    var output = process.StandardOutput.ReadToEndAsync();
    var errors = process.StandardError.ReadToEndAsync();
    if (!process.WaitForExit(limit))
    {
        process.Kill(entireProcessTree: true);
        running = null;
        return (null, "");
    }
    running = null;
    return (process.ExitCode, output.Result + errors.Result);
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}

internal sealed record Mutant(int Number, string What, string File, string Old, string New, string Tests, string[] Classes);
