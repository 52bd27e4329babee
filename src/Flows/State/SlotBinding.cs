using Cairn.Artifacts;

namespace Cairn.Flows;

/// <summary>What a slot is bound to for one task.</summary>
internal sealed record SlotBinding(ArtifactRepository Repository, StateValue? Value, string? Step, CancellationToken Stopping);
