using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.States;

/// <summary>The content of the record that created a version. It never changes.</summary>
/// <param name="Sequence">The number of the record.</param>
/// <param name="Artifact">The artifact.</param>
/// <param name="At">When the record was written, by the writer's clock.</param>
/// <param name="By">The user who wrote it; empty if unknown.</param>
/// <param name="Description">The description that the version was saved with; null if it has none.</param>
/// <param name="Metadata">The metadata that the version was saved with.</param>
internal sealed record VersionCreation(int Sequence, BlobDigest Artifact, DateTimeOffset At, string By, string? Description, IReadOnlyDictionary<string, MetadataValue> Metadata)
{
    /// <summary>The task that made the artifact; null if it is not recorded.</summary>
    public VersionProducer? Producer { get; init; }

    /// <summary>Reads a record.</summary>
    /// <exception cref="FormatException">The record does not create this version.</exception>
    public static VersionCreation Of(Record record, int number)
    {
        var change = AssetChange.Of(record);
        return change.Version == number
            ? new(record.Sequence, change.Artifact, record.At, record.By, change.Text, change.Metadata) { Producer = change.Producer }
            : throw new FormatException($"it should create version {number}");
    }
}
