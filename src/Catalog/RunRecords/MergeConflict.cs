using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog;

/// <summary>A name that the branches of a flow have changed differently, so that they cannot be merged.</summary>
/// <param name="Name">The name.</param>
/// <param name="Base">The digest of the value before the split; null if there was none.</param>
/// <param name="Branches">The values of the branches that have changed it. The record of a task has those of the first 20.</param>
public sealed record MergeConflict(string Name, BlobDigest? Base, IReadOnlyList<BranchValue> Branches)
{
    /// <summary>The most branches of a conflict that a record has.</summary>
    internal const int MaxBranches = 20;

    internal JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["base"] = Base?.ToString(),
        ["branches"] = new JsonArray([.. Branches.Take(MaxBranches).Select(b => b.ToJson())]),
    };

    internal static MergeConflict Of(JsonNode? node) => Record.OptionalObject(node, "conflicts") is { } conflict && conflict["branches"] is JsonArray branches
        ? new(Record.Text(conflict["name"]) ?? throw Record.Wrong("conflicts"), RecordValues.OptionalDigest(conflict["base"], "conflicts"), [.. branches.Select(BranchValue.Of)])
        : throw Record.Wrong("conflicts");
}
