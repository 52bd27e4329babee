namespace Cairn.Catalog;

/// <summary>A member of the metadata that differs between two versions.</summary>
/// <param name="Key">The name of the member.</param>
/// <param name="From">The value in the one version; null if it is not there.</param>
/// <param name="To">The value in the other version; null if it is not there.</param>
public sealed record MetadataDifference(string Key, MetadataValue? From, MetadataValue? To);
