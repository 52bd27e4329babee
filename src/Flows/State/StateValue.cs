using Cairn.Artifacts;

namespace Cairn.Flows;

/// <summary>The value of a property of a state, by reference.</summary>
/// <param name="Artifact">The digest of the artifact.</param>
/// <param name="Task">The task that saved it; null if no task did, for example for an input of the run.</param>
public readonly record struct StateValue(BlobDigest Artifact, Guid? Task);
