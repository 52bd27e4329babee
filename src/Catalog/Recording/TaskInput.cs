using Cairn.Artifacts;

namespace Cairn.Catalog.Recording;

/// <summary>Where a value that a task reads comes from: an output or a member of the state of a task.</summary>
/// <param name="Artifact">The content.</param>
/// <param name="TaskId">The task that made it.</param>
/// <param name="Output">The name there.</param>
internal readonly record struct TaskInput(BlobDigest Artifact, Guid TaskId, string Output);
