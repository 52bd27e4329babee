namespace Cairn.Listing;

/// <summary>One directory of a walk.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Directories">The directories right below it, in listing order; each follows in the walk.</param>
/// <param name="Files">The files right below it, in listing order.</param>
public sealed record WalkedDirectory(StorePath Path, IReadOnlyList<StoreEntry> Directories, IReadOnlyList<StoreEntry> Files);
