using System.Globalization;
using Cairn.Bench.Catalog;

// Catalog -- [index] [--versions N] [--rounds N] [--folder F]
if (args is ["part", var part, var root, var parent])
    return await IndexBench.PartAsync(part, root, parent);
var folder = Path.Join(Text("--folder") ?? Path.Join(Directory.GetCurrentDirectory(), "artifacts", "bench"), Guid.NewGuid().ToString("n"));
Directory.CreateDirectory(folder);
try
{
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {folder}");
    Console.WriteLine("| what | result | load |\n|---|---|---|");
    await IndexBench.RunAsync(Number("--versions", 1_000_000), Number("--rounds", 3), folder);
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

string? Text(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;

int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
