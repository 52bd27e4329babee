using System.Globalization;
using Cairn.Bench.Flows;

// Flows -- [output | foreach | merge | end | resume | s3 | workspace] [--tasks N] [--rounds N] [--seconds N] [--folder F]
if (args is ["resume-part", var root, var count])
    return await FlowBench.ResumePartAsync(root, int.Parse(count, CultureInfo.InvariantCulture));
if (args is ["writer", var target, var writer, var length])
    return await FlowBench.WriterAsync(target, writer, int.Parse(length, CultureInfo.InvariantCulture));
var what = args.Length == 0 || args[0].StartsWith("--", StringComparison.Ordinal) ? "all" : args[0];
var folder = Path.Join(Text("--folder") ?? Path.Join(Directory.GetCurrentDirectory(), "artifacts", "bench"), Guid.NewGuid().ToString("n"));
Directory.CreateDirectory(folder);
try
{
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {folder}");
    Console.WriteLine("| what | result | ratio | aim | load |\n|---|---|---|---|---|");
    var bench = new FlowBench(folder, Number("--rounds", 5), Number("--seconds", 10));
    if (what is "all" or "output") await bench.OutputAsync();
    if (what is "all" or "foreach") await bench.ForEachAsync();
    if (what is "all" or "merge") await bench.MergeAsync();
    if (what is "all" or "end") await bench.EndAsync();
    if (what is "all" or "resume") await bench.ResumeAsync(Number("--tasks", 10_000));
    if (what is "all" or "s3") await bench.S3Async();
    if (what is "all" or "workspace") await bench.WorkspaceAsync();
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

string? Text(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;

int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
