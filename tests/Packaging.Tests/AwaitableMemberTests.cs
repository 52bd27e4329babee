using System.Text.RegularExpressions;

namespace Packaging.Tests;

/// <summary>Which public members return <see cref="Task"/>, and which <see cref="ValueTask"/>: docs/decisions/0047.</summary>
public sealed partial class AwaitableMemberTests
{
    private static readonly string Source = Path.Join(PackedFolder.Root, "src");

    /// <summary>Members that programs call often and that usually answer without waiting, and the sibling of <see cref="Stream.WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</summary>
    private static readonly string[] UsuallyComplete =
    [
        "Cairn.ArtifactStore.OpenAsync",
        "Cairn.Flavors.FlavorRegistry.GetProviderAsync",
        "Cairn.Hosting.ArtifactStores.GetAsync",
        "Cairn.StoreIo.StoreFor",
        "Cairn.StoreWriteStream.CopyFromAsync",
        "Cairn.Workspaces.Workspace.OpenStoreAsync",
        "Cairn.Workspaces.Workspace.ResolveOptionsAsync",
    ];

    [Fact]
    public void Members_that_providers_and_materializers_implement_return_ValueTask()
    {
        var members = Awaitables("Abstractions").ToList();

        members.Count.ShouldBeGreaterThan(30);
        members.Where(m => !m.IsValueTask).ShouldBeEmpty();
    }

    [Fact]
    public void Members_that_programs_call_return_Task_unless_they_usually_complete_at_once()
    {
        var members = new[] { "Store", "Artifacts", "Plugins", "Workspaces", "Hosting" }.SelectMany(Awaitables).ToList();

        members.Count.ShouldBeGreaterThan(60);
        members.Where(m => m.IsValueTask && !m.IsDefinedElsewhere).Select(m => m.Name).Distinct().Order(StringComparer.Ordinal).ShouldBe(UsuallyComplete);
        members.Where(m => !m.IsValueTask && UsuallyComplete.Contains(m.Name)).ShouldBeEmpty();
    }

    /// <summary>The methods in the list of public members of a project whose result can be awaited.</summary>
    private static IEnumerable<Awaitable> Awaitables(string project) =>
        from list in Directory.GetFiles(Path.Join(Source, project), "PublicAPI.*.txt")
        from line in File.ReadLines(list)
        let match = Method().Match(line)
        where match.Success
        let name = match.Groups["name"].Value
        select new Awaitable(name, match.Groups["value"].Success, match.Groups["override"].Success || name.EndsWith(".DisposeAsync", StringComparison.Ordinal));

    [GeneratedRegex(@"^(?:(?<override>override )|static |abstract |virtual |sealed )*(?<name>[^(\s]+)\(.*\) -> System\.Threading\.Tasks\.(?<value>Value)?Task\b")]
    private static partial Regex Method();

    private sealed record Awaitable(string Name, bool IsValueTask, bool IsDefinedElsewhere);
}
