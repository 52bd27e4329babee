namespace Cairn.Catalog.Changes;

/// <summary>The properties of a version that may change.</summary>
internal sealed record VersionProperties(string? Description, IReadOnlyList<string> Tags, IReadOnlyDictionary<string, MetadataValue> Metadata);
