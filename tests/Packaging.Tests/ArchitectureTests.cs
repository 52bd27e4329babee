using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Packaging.Tests;

/// <summary>Dependencies point one way: between the projects of <c>src</c>, and between the folders of a project. A new edge has to be added here, where a reviewer sees it.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Source = Path.Join(PackedFolder.Root, "src");

    /// <summary>Each project with what it may refer to.</summary>
    private static readonly Dictionary<string, string[]> Projects = new()
    {
        ["Abstractions"] = ["PluginTool"],
        ["Analyzers"] = [],
        ["Store"] = ["Abstractions", "Analyzers"],
        ["Artifacts"] = ["Store"],
        ["Catalog"] = ["Artifacts"],
        ["Flows"] = ["Catalog", "Flows.Analyzers", "Flows.CodeFixes", "Providers.Memory"],
        ["Flows.Analyzers"] = [],
        ["Flows.CodeFixes"] = [],
        ["Flows.CommandLine"] = ["Flows", "Workspaces", "Providers.Local"],
        ["Plugins"] = ["Artifacts"],
        ["Workspaces"] = ["Store"],
        ["Hosting"] = ["Artifacts", "Catalog", "Workspaces"],
        ["Conformance"] = ["Store", "Artifacts", "Providers.Memory"],
        ["Cli"] = ["Store", "Artifacts", "Catalog", "Plugins", "Workspaces", "Providers.Local", "Providers.Memory"],
        ["PluginTool"] = [],
        ["Formats.Arrow"] = ["Abstractions"],
        ["Formats.MachineLearning"] = ["Abstractions"],
        ["Formats.Onnx"] = ["Abstractions"],
        ["Formats.Parquet"] = ["Abstractions"],
        ["Formats.ScottPlot"] = ["Store", "Artifacts"],
        ["Formats.Skia"] = ["Store", "Artifacts"],
        ["Formats.Tensors"] = ["Store", "Artifacts"],
        ["Providers.Azure"] = ["Abstractions"],
        ["Providers.Gcs"] = ["Abstractions"],
        ["Providers.Local"] = ["Abstractions"],
        ["Providers.Memory"] = ["Abstractions"],
        ["Providers.S3"] = ["Abstractions"],
    };

    [Fact]
    public void A_project_refers_to_what_it_may_and_to_nothing_else()
    {
        var projects = Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories).ToDictionary(p => Path.GetFileName(Path.GetDirectoryName(p)!), References);
        projects.Keys.ShouldBe(Projects.Keys, ignoreOrder: true);
        foreach (var (project, references) in projects)
            references.Except(Projects[project]).ShouldBeEmpty(project);
    }

    [Fact]
    public void Files_need_no_package_but_the_log_and_the_checksums() =>
        XDocument.Load(Path.Join(Source, "Store", "Store.csproj")).Descendants("PackageReference").Select(e => e.Attribute("Include")!.Value)
            .ShouldBe(["Microsoft.Extensions.Logging.Abstractions", "System.IO.Hashing"], ignoreOrder: true);

    /// <summary>Where tests and benchmarks look inside, a shipped assembly does not: it uses what any third party can use.</summary>
    [Fact]
    public void No_assembly_sees_the_internals_of_another() =>
        Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories)
            .SelectMany(p => XDocument.Load(p).Descendants("InternalsVisibleTo").Select(e => $"{Path.GetFileNameWithoutExtension(p)} to {e.Attribute("Include")!.Value}"))
            .Where(edge => !edge.EndsWith(".Tests", StringComparison.Ordinal) && !edge.Contains(" to Cairn.Bench.", StringComparison.Ordinal))
            // Decision 57: until the writer of runs is public.
            .ShouldBe(["Catalog to Cairn.Flows"]);

    /// <summary>Without the two lists, the analyzer reports nothing; <c>eng/public-api</c> writes them.</summary>
    [Fact]
    public void Every_package_lists_its_public_api()
    {
        var libraries = new[] { Source, Path.Join(PackedFolder.Root, "plugins") }.SelectMany(f => Directory.GetFiles(f, "*.csproj", SearchOption.AllDirectories))
            .Where(p => File.ReadAllText(p) is var project && !project.Contains("<IsPackable>false", StringComparison.Ordinal) && !project.Contains("<OutputType>Exe", StringComparison.Ordinal))
            .Select(p => Path.GetDirectoryName(p)!).ToList();
        libraries.Count.ShouldBeGreaterThan(20);
        foreach (var library in libraries)
        {
            foreach (var list in new[] { "PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt" })
                File.ReadLines(Path.Join(library, list)).First().ShouldBe("#nullable enable", library);
        }
    }

    [Fact]
    public void No_folder_joins_a_cycle()
    {
        var cycles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var project in new[] { "Store", "Artifacts", "Catalog", "Flows", "Flows.CommandLine", "Plugins", "Workspaces", "Hosting" })
        {
            var graph = FolderGraph(project);
            foreach (var (from, targets) in graph)
            {
                foreach (var to in targets)
                {
                    if (Reaches(graph, to, from))
                        cycles.Add($"{project}: {from} -> {to}");
                }
            }
        }
        cycles.ShouldBeEmpty();
    }

    private static IReadOnlyList<string> References(string project) =>
        [.. XDocument.Load(project).Descendants("ProjectReference").Select(e => Path.GetFileName(Path.GetDirectoryName(e.Attribute("Include")!.Value.Replace('\\', '/'))!))];

    /// <summary>Which folder of a project names types of which other, or imports its namespace. The project's own folder is <c>.</c>.</summary>
    private static Dictionary<string, HashSet<string>> FolderGraph(string project)
    {
        var root = Path.Join(Source, project);
        var files = Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).Select(f => (Folder: FolderOf(root, f), Code: NotCode().Replace(File.ReadAllText(f), "")))
            .Where(f => f.Folder is not ("obj" or "bin")).ToList();
        var homes = files.SelectMany(f => TypeName().Matches(f.Code).Select(m => (Type: m.Groups[1].Value, f.Folder))).GroupBy(t => t.Type).ToDictionary(g => g.Key, g => g.First().Folder);
        var graph = files.Select(f => f.Folder).Distinct().ToDictionary(f => f, _ => new HashSet<string>());
        foreach (var (folder, code) in files)
        {
            // The name of a namespace may be the name of a type, too.
            foreach (Match word in Word().Matches(NamespaceLine().Replace(code, "")))
            {
                if ((homes.TryGetValue(word.Value, out var home) || homes.TryGetValue(word.Value.TrimEnd('<'), out home)) && home != folder)
                    graph[folder].Add(home);
            }
            foreach (Match import in Import().Matches(code))
            {
                if (graph.ContainsKey(import.Groups[1].Value) && import.Groups[1].Value != folder)
                    graph[folder].Add(import.Groups[1].Value);
            }
        }
        return graph;
    }

    private static string FolderOf(string root, string file) => Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar) is { Length: > 1 } parts ? parts[0] : ".";

    private static bool Reaches(Dictionary<string, HashSet<string>> graph, string from, string to)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>([from]);
        while (open.TryPop(out var next))
        {
            if (next == to)
                return true;
            if (seen.Add(next))
                graph[next].ToList().ForEach(open.Push);
        }
        return false;
    }

    /// <summary>Comments, and strings without interpolation.</summary>
    [GeneratedRegex(@"//.*|(?<![$""@])""[^""\n]*""")]
    private static partial Regex NotCode();

    /// <summary>A namespace that is imported, for its extension methods for example; the last part is the folder.</summary>
    [GeneratedRegex(@"^(?:namespace|using) [\w.]+;", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^using Cairn\.(?:\w+\.)*(\w+);", RegexOptions.Multiline)]
    private static partial Regex Import();

    [GeneratedRegex(@"^(?:public |internal )(?:sealed |static |abstract |readonly |partial |ref |unsafe )*(?:class|struct|interface|record struct|record|enum) (\w+<?)", RegexOptions.Multiline)]
    private static partial Regex TypeName();

    /// <summary>A word that may name a type; of a generic type, with the bracket, so that a member of the same name does not count. <c>Task.Run</c> is none.</summary>
    [GeneratedRegex(@"(?<!\bTask\.)\b[A-Z]\w+<?")]
    private static partial Regex Word();
}
