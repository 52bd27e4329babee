namespace Cairn.Addresses;

/// <summary>The location of a URI.</summary>
/// <param name="Store">The store that contains it.</param>
/// <param name="Path">The path in the store.</param>
public readonly record struct StoreLocation(ArtifactStore Store, StorePath Path);
