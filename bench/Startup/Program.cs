using System.Diagnostics;
using System.Text.Json;

// "work" is the peer: a hello world that does by hand what `cairn ls :keep` does with files, and nothing else.
if (args is ["work"])
{
    var here = Directory.GetCurrentDirectory();
    while (!File.Exists(Path.Join(here, ".cairn", "workspace.json")))
        here = Path.GetDirectoryName(here)!;
    using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Join(here, ".cairn", "workspace.json")));
    Console.Error.Write(json.RootElement.ValueKind == JsonValueKind.Object ? "" : "not an object");
    foreach (var entry in new DirectoryInfo(Path.Join(here, ".cairn", "store", "keep")).EnumerateFileSystemInfos().OrderBy(f => f.Name, StringComparer.Ordinal))
        Console.WriteLine(entry is FileInfo file ? $"{file.LastWriteTimeUtc:u} {file.Length} {file.Name}" : entry.Name + "/");
    return 0;
}

var root = AppContext.BaseDirectory;
while (!File.Exists(Path.Join(root, "Cairn.slnx")))
    root = Path.GetDirectoryName(root.TrimEnd('/'))!;
var cairn = Path.Join(root, "cairn");
var folder = Directory.CreateTempSubdirectory("cairn-startup-").FullName;
try
{
    Directory.CreateDirectory(Path.Join(folder, "files"));
    for (var i = 0; i < 20; i++)
        File.WriteAllText(Path.Join(folder, "files", $"{i}.txt"), "Hello.");
    Run(cairn, "init");
    Run(cairn, "cp", "-r", "files", ":keep");
    var peer = Path.ChangeExtension(Environment.GetCommandLineArgs()[0], ".dll");
    Run(cairn, "ls", ":keep");
    Run("dotnet", peer, "work");
    // The program that the script runs, alone: the script looks first whether a source has changed, which the installed tool does not.
    foreach (var (name, program) in new[] { ("./cairn", cairn), ("the program it runs", Path.Join(root, "artifacts", "cairn", "Cairn.Cli")) })
    {
        var pairs = Enumerable.Range(0, 41).Select(_ => (Peer: Run("dotnet", peer, "work"), Cairn: Run(program, "ls", ":keep"))).ToList();
        var ratio = pairs.Select(p => p.Cairn / p.Peer).Order().ElementAt(pairs.Count / 2);
        Console.WriteLine($"| start-up, {name}, ls :keep | hello world with the same file work: {Median(pairs.Select(p => p.Peer)):f0} ms, cairn: {Median(pairs.Select(p => p.Cairn)):f0} ms | {ratio:f2} times |");
    }
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static double Median(IEnumerable<double> values) => values.Order().ToList() is var list ? list[list.Count / 2] : 0;

double Run(string program, params string[] arguments)
{
    var watch = Stopwatch.StartNew();
    using var child = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
    child.StandardOutput.ReadToEnd();
    child.WaitForExit();
    return child.ExitCode == 0 ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {child.ExitCode}.");
}
