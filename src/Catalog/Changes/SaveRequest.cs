using Cairn.Artifacts;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Changes;

/// <summary>What a save wants of an asset.</summary>
internal sealed record SaveRequest(BlobDigest Artifact, IReadOnlyDictionary<string, MetadataValue> Metadata)
{
    public string? Description { get; init; }

    public string? Type { get; init; }

    public string? Display { get; init; }

    /// <summary>The aliases that shall lead to the version, with where they have to be, and whether they are fixed.</summary>
    public IReadOnlyList<(string Alias, AliasExpectation From, bool IsFixed)> Aliases { get; init; } = [];

    public string? Why { get; init; }

    public SaveMode Mode { get; init; }

    /// <summary>The task that made the artifact.</summary>
    public VersionProducer? Producer { get; init; }

    /// <summary>The text by which a repeated save is recognized.</summary>
    public string? Key { get; init; }
}
