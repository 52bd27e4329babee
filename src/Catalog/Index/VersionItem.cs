using Cairn.Artifacts;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>A version in a list.</summary>
/// <param name="AssetId">The id of the asset.</param>
/// <param name="State">The state of the asset after its newest record that can be read. The versions of an asset on one page share it.</param>
/// <param name="Number">The number.</param>
/// <param name="Sequence">The number of the record that created it.</param>
/// <param name="Artifact">The artifact.</param>
/// <param name="Origin">The id of the store that holds the artifact, if it is another one.</param>
/// <param name="CreatedAt">When it was created, by the writer's clock.</param>
/// <param name="CreatedBy">The user who created it.</param>
/// <param name="Description">The description.</param>
/// <param name="Tags">The tags of the version.</param>
/// <param name="Metadata">The metadata, with later changes applied.</param>
/// <param name="Row">The id of its row.</param>
internal sealed record VersionItem(
    Guid AssetId, AssetState State, int Number, int Sequence, BlobDigest Artifact, string? Origin, DateTimeOffset CreatedAt, string CreatedBy, string? Description, IReadOnlyList<string> Tags,
    IReadOnlyDictionary<string, MetadataValue> Metadata, long Row)
{
    /// <summary>The run and the task that made the artifact; null if it was not made by one.</summary>
    public VersionProducer? Producer { get; init; }
}
