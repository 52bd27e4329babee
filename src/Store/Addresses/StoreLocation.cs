namespace Cairn.Addresses;

/// <summary>Where an address lies.</summary>
/// <param name="Store">The store that it belongs to.</param>
/// <param name="Path">Its path in that store.</param>
public readonly record struct StoreLocation(ArtifactStore Store, StorePath Path);
