using Cairn.Materializers;

namespace Cairn.Catalog;

/// <summary>A file that differs between two versions.</summary>
/// <param name="Name">The name.</param>
/// <param name="From">The file in the one version; null if it is not there.</param>
/// <param name="To">The file in the other version; null if it is not there.</param>
public sealed record FileDifference(StorePath Name, ArtifactFile? From, ArtifactFile? To);
