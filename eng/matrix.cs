#:property PublishAot=false
// Prints the conformance matrix from the last run of ./test: for each suite and store, how many tests passed, and how many the store declares it cannot do.
// Usage: dotnet run eng/matrix.cs [--skips]      --skips lists each skipped test with its reason.
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

var root = Directory.GetCurrentDirectory();
while (!File.Exists(Path.Join(root, "Cairn.slnx")))
    root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("Run this inside the repository.");
var results = Path.Join(root, "artifacts", "test-results");
var files = Directory.Exists(results) ? Directory.GetFiles(results, "*.xml") : [];
if (files.Length == 0)
{
    Console.Error.WriteLine($"No results in {results}: run ./test first.");
    return 1;
}

var suites = Directory.GetFiles(Path.Join(root, "src", "Conformance"), "*.cs")
    .SelectMany(f => Regex.Matches(File.ReadAllText(f), @"abstract (?:partial )?class (\w+)Tests<THarness>").Select(m => m.Groups[1].Value))
    .Where(s => s != "Store").Distinct().Order(StringComparer.Ordinal).ToList();
var tests = files.Order(StringComparer.Ordinal).SelectMany(f => XDocument.Load(f).Descendants("test")).ToList();
var cells = new SortedDictionary<(string Store, string Suite), (int Passed, int Skipped, int Failed)>();
foreach (var test in tests)
{
    var (store, suite, count) = Locate(test);
    if (suite is null || !suites.Contains(suite))
        continue;
    var cell = cells.GetValueOrDefault((store, suite));
    cells[(store, suite)] = (string)test.Attribute("result")! switch
    {
        "Pass" => cell with { Passed = cell.Passed + count },
        "Skip" => cell with { Skipped = cell.Skipped + count },
        _ => cell with { Failed = cell.Failed + count },
    };
}

var stores = cells.Keys.Select(k => k.Store).Distinct().ToList();
Console.WriteLine($"| suite | {string.Join(" | ", stores)} |\n|---|{string.Concat(stores.Select(_ => "---|"))}");
foreach (var suite in suites)
    Console.WriteLine($"| {suite} | {string.Join(" | ", stores.Select(s => Text(cells.GetValueOrDefault((s, suite)))))} |");
Console.WriteLine($"| **all** | {string.Join(" | ", stores.Select(s => Text(cells.Where(c => c.Key.Store == s).Aggregate((0, 0, 0), (a, c) => (a.Item1 + c.Value.Passed, a.Item2 + c.Value.Skipped, a.Item3 + c.Value.Failed)))))} |");
if (args.Contains("--skips"))
{
    foreach (var group in tests.Where(t => (string?)t.Attribute("result") == "Skip").Select(t => (Locate(t).Store, Name: ((string)t.Attribute("name")!), Reason: (string?)t.Element("reason"))).GroupBy(t => (t.Store, t.Reason)))
        Console.WriteLine($"\n{group.Key.Store}, {group.Count()}: {group.Key.Reason}\n  {string.Join("\n  ", group.Select(t => t.Name))}");
}
return 0;

// A class in a provider's tests is named after its suite; the layers are tried by one theory over their names.
static (string Store, string? Suite, int Count) Locate(XElement test)
{
    var type = (string)test.Attribute("type")!;
    if (type.EndsWith(".LayerTests", StringComparison.Ordinal))
    {
        var layered = Regex.Match((string)test.Attribute("name")!, "layer: \\\\?\"([^\"\\\\]+)\\\\?\", suite: \\\\?\"(\\w+)Tests");
        var cases = Regex.Match((string?)test.Element("output") ?? "", @"(\d+) cases");
        return ($"memory, {layered.Groups[1].Value}", layered.Groups[2].Value, cases.Success ? int.Parse(cases.Groups[1].Value, CultureInfo.InvariantCulture) : 1);
    }
    var dot = type.LastIndexOf('.');
    var store = Regex.Replace(type[..dot], @"^Cairn\.|Providers\.|Plugins\.|\.Tests\b|\.Kit\b", "");
    return (store.Replace('.', ' '), type[(dot + 1)..], 1);
}

static string Text((int Passed, int Skipped, int Failed) cell) =>
    cell.Passed + cell.Skipped + cell.Failed == 0 ? "" : $"{cell.Passed}{(cell.Skipped > 0 ? $" ({cell.Skipped})" : "")}{(cell.Failed > 0 ? $" **{cell.Failed} failed**" : "")}";
