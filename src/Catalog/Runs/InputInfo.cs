using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog;

/// <summary>What a task has read: a version of an asset, an output of a task, or content whose origin is not known.</summary>
/// <param name="Name">The name under which the task has read it.</param>
/// <param name="Role">What it was for, such as <c>input</c> or <c>training</c>.</param>
/// <param name="Artifact">The digest of the content.</param>
public sealed record InputInfo(string Name, string Role, BlobDigest Artifact)
{
    /// <summary>Gets the id of the asset; null if it was not read from one.</summary>
    public Guid? AssetId { get; init; }

    /// <summary>Gets the number of the version; null if it was not read from an asset.</summary>
    public int? Version { get; init; }

    /// <summary>Gets the id of the task that made it; null if it was not read from one.</summary>
    public Guid? TaskId { get; init; }

    /// <summary>Gets the name of the output, or of the member of the state, of that task; null if it was not read from one.</summary>
    public string? Output { get; init; }

    internal static InputInfo Of(TaskInputRecord record) =>
        new(record.Name, record.Role, record.Artifact) { AssetId = record.AssetId, Version = record.Version, TaskId = record.TaskId, Output = record.Output };
}
