using Cairn.Artifacts;

namespace Cairn.Flows;

/// <summary>The value that a branch has for a name.</summary>
/// <param name="Step">The last step of the branch.</param>
/// <param name="Item">The item of the branch; null for a branch without items.</param>
/// <param name="Artifact">The digest of the value; null if the branch has deleted it.</param>
public sealed record BranchValue(string Step, string? Item, BlobDigest? Artifact);

/// <summary>A name that branches have changed differently.</summary>
/// <param name="Name">The name.</param>
/// <param name="Base">The digest of the value before the split; null if there was none.</param>
/// <param name="Branches">The values of the branches that have changed it.</param>
public sealed record MergeConflict(string Name, BlobDigest? Base, IReadOnlyList<BranchValue> Branches);
