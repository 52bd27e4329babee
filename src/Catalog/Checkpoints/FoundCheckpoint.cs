namespace Cairn.Catalog.Checkpoints;

/// <summary>A record of the chain of checkpoints.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Content">Its bytes; empty if they are too many to be read.</param>
/// <param name="Checkpoint">The checkpoint; null if the record cannot be used.</param>
/// <param name="Problem">Why the record cannot be used: a clause with the subject "it"; null for a checkpoint.</param>
internal sealed record FoundCheckpoint(int Sequence, ReadOnlyMemory<byte> Content, Checkpoint? Checkpoint, string? Problem);
