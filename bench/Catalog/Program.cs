using System.Globalization;
using Cairn.Bench.Catalog;

// Catalog -- [index | resolve | save | workspace | asset | s3] [--versions N] [--chain N] [--rounds N] [--seconds N] [--folder F]
if (args is ["part", var part, var root, var parent])
    return await IndexBench.PartAsync(part, root, parent);
if (args is ["writer", var target, var asset, var writer, var length])
    return await OperationBench.WriterAsync(target, asset, writer, length);
var what = args.Length == 0 || args[0].StartsWith("--", StringComparison.Ordinal) ? "all" : args[0];
var folder = Path.Join(Text("--folder") ?? Path.Join(Directory.GetCurrentDirectory(), "artifacts", "bench"), Guid.NewGuid().ToString("n"));
Directory.CreateDirectory(folder);
try
{
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {folder}");
    Console.WriteLine("| what | result | ratio | aim | load |\n|---|---|---|---|---|");
    var operations = new OperationBench(folder, Number("--rounds", 5), Number("--seconds", 10));
    if (what is "all" or "resolve") await operations.ResolveAsync(Number("--chain", 1_000_000));
    if (what is "all" or "save") await operations.SaveAsync();
    if (what is "all" or "workspace") await operations.WorkspaceAsync();
    if (what is "all" or "asset") await operations.AssetAsync();
    if (what is "all" or "s3") await operations.S3Async();
    if (what is "all" or "index") await IndexBench.RunAsync(Number("--versions", 1_000_000), Number("--rounds", 3), folder);
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

string? Text(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;

int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
