namespace Cairn.Listing;

/// <summary>One directory of a walk.</summary>
/// <param name="Path">The path of the directory.</param>
/// <param name="Directories">The direct subdirectories, in listing order; each follows in the walk.</param>
/// <param name="Files">The direct files, in listing order.</param>
public sealed record WalkedDirectory(StorePath Path, IReadOnlyList<StoreEntry> Directories, IReadOnlyList<StoreEntry> Files);
