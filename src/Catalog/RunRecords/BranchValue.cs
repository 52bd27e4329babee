using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog;

/// <summary>The value that a branch of a flow has for a name.</summary>
/// <param name="Step">The last step of the branch.</param>
/// <param name="Item">The item of the branch; null for a branch without items.</param>
/// <param name="Artifact">The digest of the value; null if the branch has deleted it.</param>
public sealed record BranchValue(string Step, string? Item, BlobDigest? Artifact)
{
    internal JsonObject ToJson() => new() { ["step"] = Step, ["item"] = Item, ["artifact"] = Artifact?.ToString() };

    internal static BranchValue Of(JsonNode? node) => Record.OptionalObject(node, "branches") is { } branch
        ? new(Record.Text(branch["step"]) ?? throw Record.Wrong("branches"), Record.OptionalText(branch["item"], "item"), RecordValues.OptionalDigest(branch["artifact"], "artifact"))
        : throw Record.Wrong("branches");
}
