using System.Text.RegularExpressions;
using Cairn.Catalog;
using Cairn.Flavors;
using Cairn.Providers.Local;
using Cairn.Tests;
using Cairn.Workspaces;

namespace Cairn.Cli.Tests;

/// <summary>Runs every line of <c>docs/coming-from.md</c>: the C# of the page is the code below, and the commands are read from the page.</summary>
public sealed partial class ComingFromTests
{
    [Fact]
    public async Task The_CSharp_of_Virtualitics_lines_does_what_the_page_says()
    {
        using var box = await Sandbox.CreateAsync(init: false);
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(box["store"]).ToString());
        await using var catalog = await OpenAsync(store, box);
        var (table, newer, newest, notes) = ("a,b\n1,2\n", "a,b\n3,4\n", "a,b\n5,6\n", "a note");
        box.File("table.csv", table);
        var file = box["table.csv"];

        await catalog.Assets.SaveAsync("L", table, new() { Type = "dataset", Display = "N" });
        (await catalog.Assets.GetAssetAsync("L")).ShouldSatisfyAllConditions(a => a.Display.ShouldBe("N"), a => a.Type.ShouldBe("dataset"));
        (await catalog.Assets.LoadAsync<string>("L")).ShouldBe(table);
        await catalog.Assets.SaveAsync("L", newer);
        (await catalog.Assets.GetAsync("L")).Number.ShouldBe(2);
        await catalog.Assets.MoveAliasAsync("L", "2026-Q3", to: 1, isFixed: true);
        await catalog.Assets.SaveAsync("L", newest, new() { FixedAlias = "2026-Q4" });
        (await catalog.Assets.LoadAsync<string>("L")).ShouldBe(newest);
        (await catalog.Assets.LoadAsync<string>("L@2026-Q3")).ShouldBe(table);
        (await catalog.Assets.GetAssetAsync("L")).FixedAliases.ShouldBe(["2026-Q3", "2026-Q4"], ignoreOrder: true);
        await catalog.Assets.SaveAsync("notes", notes, new() { Type = "other" });
        var version = await catalog.Assets.GetAsync("L");
        (version.CreatedAt > DateTimeOffset.UtcNow.AddMinutes(-10), version.CreatedBy, version.Metadata.Count).ShouldBe((true, "u:ada", 0));
        (await catalog.Assets.ListAsync(new() { Type = "dataset" }).Select(a => a.Name).ToListAsync()).ShouldBe(["L"]);
        (await catalog.SearchAsync("notes").Select(h => h.ToString()).FirstAsync()).ShouldBe("notes");
        await catalog.Assets.SaveFileAsync("uploaded", file);
        (await catalog.Assets.GetAsync("uploaded")).Number.ShouldBe(1);
        await catalog.Assets.DeleteAsync("L:2");
        (await catalog.Assets.HistoryAsync("L").Where(v => v.IsDeleted).Select(v => v.Number).ToListAsync()).ShouldBe([2]);
        await catalog.Assets.RestoreAsync("L:2");
        (await catalog.Assets.LoadAsync<string>("L:2")).ShouldBe(newer);
    }

    [Fact]
    public async Task The_CSharp_of_ZenML_lines_does_what_the_page_says()
    {
        using var box = await Sandbox.CreateAsync(init: false);
        var flavors = new FlavorRegistry().Add<LocalProvider>();
        var (workspace, _) = await Workspace.InitializeAsync(box.Folder, flavors);
        var root = StoreUri.FromLocalPath(box["second"]);
        await workspace.RegisterAsync(new RegisteredStore("second", "local", root));
        workspace.Read().Stores.Select(s => s.Name).ShouldContain("second");
        await using ArtifactStore store = await workspace.OpenStoreAsync("second");
        await using var catalog = await OpenAsync(store, box);
        double[] data = [0.25, 0.5];

        await catalog.Assets.SaveAsync("m", data, new() { FixedAlias = "1.4.0", Metadata = { ["auc"] = 0.93 } });
        (await catalog.Assets.LoadAsync<double[]>("m")).ShouldBe(data);
        (await catalog.Assets.LoadAsync<double[]>("m@1.4.0")).ShouldBe(data);
        var digest = (await catalog.Assets.GetAsync("m")).Artifact;
        await catalog.Assets.RegisterAsync("copy", digest);
        (await catalog.Assets.GetAsync("copy:1")).Artifact.ShouldBe(digest);
        (await catalog.Assets.HistoryAsync("m").CountAsync()).ShouldBe(1);
        (await catalog.Assets.GetAsync("m:1")).Metadata["auc"].ShouldBe((MetadataValue)0.93);
        await catalog.Assets.UpdateAsync("m", edit => edit.Tag("risk"));
        (await catalog.Assets.GetAssetAsync("m")).Tags.ShouldBe(["risk"]);
        await catalog.Assets.UpdateAsync("m:1", edit => edit.Set("checked", true));
        (await catalog.Assets.GetAsync("m:1")).Metadata["checked"].ShouldBe((MetadataValue)true);
        (await catalog.Assets.ListAsync(new() { Where = [Meta.Key("auc") > 0.9] }).Select(a => a.Name).ToListAsync()).ShouldBe(["m"]);
        await catalog.Assets.DeleteAsync("copy:1");
        (await Should.ThrowAsync<StoreException>(() => catalog.Assets.GetAsync("copy:1"))).Code.ShouldBe(StoreErrorCode.NotFound);

        await store.WriteTextAsync("a", "1", WriteMode.CreateNew);
        await store.CopyAsync("a", "b", WriteMode.CreateNew);
        (await store.ExistsAsync("b"), await store.RemoveAsync("b"), (await store.ListAsync().ToListAsync()).Count).ShouldBe((true, true, 2));
    }

    [Fact]
    public async Task Every_piece_of_CSharp_on_the_page_is_in_the_tests_above()
    {
        var source = await File.ReadAllTextAsync(SourceFolder.Find("tests/Cli.Tests/ComingFromTests.cs")) + await File.ReadAllTextAsync(SourceFolder.Find("tests/Cli.Tests/ComingFromRunsTests.cs"));
        var pieces = Rows().SelectMany(r => Code().Matches(r[1]).Select(m => m.Groups[1].Value)).ToList();
        pieces.Count.ShouldBeGreaterThan(30);
        foreach (var piece in pieces)
            source.ShouldContain(piece.Split('(')[0] == piece ? piece.Split('.')[^1] : piece);
    }

    [Fact]
    public async Task Every_command_on_the_page_succeeds_in_the_order_of_the_page()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("table.csv", "a,b\n1,2\n");
        box.File("newer.csv", "a,b\n3,4\n");
        box.File("newest.csv", "a,b\n5,6\n");
        box.File("notes.txt", "a note");
        box.File("data.json", "[0.25, 0.5]");
        var commands = Rows().SelectMany(r => Code().Matches(r[2]).Select(m => m.Groups[1].Value)).ToList();
        commands.Count.ShouldBeGreaterThan(25);
        var digest = "";
        await RunFlowsAsync(box);
        foreach (var command in commands)
        {
            var words = command.Split(' ').Skip(1).Select(w => w switch
            {
                "DIGEST" => digest,
                "-o" or ":raw" => w,
                _ when w.Contains('.') && !w.Contains(':') && !w.Contains('@') && !w.Contains('=') && !w.Contains('>') && w is not ("1.4.0" or "lr=0.1") => box[w],
                "second-store" => box[w],
                _ => w,
            }).ToArray();
            var result = await box.RunAsync(words);
            result.Code.ShouldBe(0, $"{command}: {result.Error}");
            if (command.StartsWith("cairn asset save data.json", StringComparison.Ordinal))
                digest = (await box.RunAsync("asset", "show", "m", "--json")).Ok().Json.Single().GetProperty("latestVersion").GetProperty("artifact").GetString()!;
        }
        (await File.ReadAllTextAsync(box["latest.csv"])).ShouldBe("a,b\n5,6\n");
        (await File.ReadAllTextAsync(box["q3.csv"])).ShouldBe("a,b\n1,2\n");
        (await File.ReadAllLinesAsync(box["results.csv"])).Length.ShouldBe(2);
        (await File.ReadAllTextAsync(box["model.txt"])).ShouldBe("2 rows");
    }

    private static async Task<Cairn.Catalog.Catalog> OpenAsync(ArtifactStore store, Sandbox box) =>
        await Cairn.Catalog.Catalog.OpenAsync(store, new() { User = "u:ada", IndexFolder = box["index"] });

    /// <summary>The rows of the tables: three cells each.</summary>
    private static List<string[]> Rows() =>
        [.. File.ReadLines(SourceFolder.Find("docs/coming-from.md")).Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| there", StringComparison.Ordinal))
            .Select(l => l.Split(" | ")).Select(c => c.Length == 3 ? c : throw new FormatException($"a row has {c.Length} cells: {string.Join(" | ", c)}"))];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
