using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Changes;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Keys;

/// <summary>What a save with a key does, as the first caller decided it.</summary>
/// <param name="AssetId">The asset.</param>
/// <param name="After">The number of the asset's newest record at that time: the save's record comes after it.</param>
/// <param name="Record">The id of the record that the save appends; null if nothing changes.</param>
/// <param name="Version">The number of the equal version that the save returns; null if the record creates one.</param>
/// <param name="Print">The digest of what was asked for.</param>
internal sealed record SaveKey(Guid AssetId, int After, Guid? Record, int? Version, string Print)
{
    /// <summary>The digest of a name and a request: SHA-256 of JSON whose members are sorted.</summary>
    public static string PrintOf(CatalogName name, SaveRequest request) => BlobDigest.Of(RecordJson.Write(new JsonObject
    {
        ["aliases"] = new JsonArray([.. request.Aliases.Select(a => a.From.IsStated ? new JsonArray(a.Alias, a.IsFixed, a.From.Version) : new JsonArray(a.Alias, a.IsFixed))]),
        ["artifact"] = request.Artifact.ToString(),
        ["description"] = request.Description,
        ["display"] = request.Display,
        ["meta"] = Sorted(MetadataJson.Write(request.Metadata)),
        ["mode"] = request.Mode == SaveMode.Always ? "always" : "changed",
        ["name"] = name.Key,
        ["type"] = request.Type,
        ["why"] = request.Why,
    })).Hex;

    /// <summary>A copy whose members are sorted by their UTF-8, in all objects.</summary>
    public static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, Utf8Order.Comparer).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
