using Cairn.Conformance;

namespace Cairn.Providers.Memory.Tests;

/// <summary>One harness is one provider instance, which shares nothing with others.</summary>
public class MemoryHarness : StoreHarness
{
    private readonly MemoryProvider _provider = new();

    public override bool HoldsContentInProcess => true;

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["NonexistentContainerTests"] = "A name of memory need not be made before it is used: no container is missing.",
        ["RaceTests.Of_racing_CreateNew_processes_exactly_one_wins"] = NotShared,
        ["RaceTests.Of_racing_Match_processes_exactly_one_wins"] = NotShared,
        ["RaceTests.Of_racing_Replace_processes_one_version_stays_whole"] = NotShared,
    };

    /// <summary>A name of its own, so that two harnesses are two places.</summary>
    protected string Box { get; } = $"box-{Guid.NewGuid():N}";

    protected virtual StorePath Prefix => default;

    private StoreUri Root => StoreUri.Create("mem", Box, Prefix);

    private const string NotShared = "Memory is not shared between processes.";

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) =>
        Decorate(await _provider.OpenAsync(new StoreContext { Root = Root / path }, cancellationToken));

    public override async ValueTask<StoreDriver?> OpenElsewhereAsync(CancellationToken cancellationToken) =>
        Decorate(await _provider.OpenAsync(new StoreContext { Root = StoreUri.Create("mem", Box + "-elsewhere", Prefix) }, cancellationToken));

    public override ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken)
    {
        var below = Prefix.IsRoot ? "" : Prefix.Value + "/";
        var keys = _provider.SpaceOf(Box).Keys();
        keys.ShouldAllBe(k => k.StartsWith(below, StringComparison.Ordinal), "The store wrote outside of its root.");
        return new([.. keys.Select(k => k[below.Length..])]);
    }

    public override ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken)
    {
        var content = _provider.SpaceOf(Box).Find((Prefix / rawName).Value)!.Content;
        var bytes = new byte[content.Length];
        new MemoryReadStream(content, 0).ReadExactly(bytes);
        return new(bytes);
    }

    protected override ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) =>
        _provider.OpenAsync(new StoreContext { Root = Root }, cancellationToken);
}

/// <summary>The same on a part of a named store.</summary>
public sealed class PrefixedMemoryHarness : MemoryHarness
{
    protected override StorePath Prefix => "in/a part";
}
