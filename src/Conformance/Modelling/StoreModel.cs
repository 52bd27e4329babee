using Cairn.Providers;

namespace Cairn.Conformance.Modelling;

/// <summary>The expected content of a store: a dictionary of files and the set of explicitly created directories.</summary>
/// <param name="directories">The kind of directories of the store.</param>
/// <param name="movesKeepMade">false if a directory that contains files counts as explicitly created after a move.</param>
internal sealed class StoreModel(DirectoryKind directories, bool movesKeepMade = true)
{
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Gets the directories that were created explicitly and therefore outlive their files.</summary>
    public HashSet<string> Made { get; } = [];

    private bool Real => directories == DirectoryKind.Real;

    public bool IsDirectory(string path) => Made.Contains(path) || AnyBelow(path);

    public bool AnyBelow(string path) => Files.Keys.Concat(Made).Any(p => p.StartsWith(path + "/", StringComparison.Ordinal));

    /// <summary>Returns true if a path is both a file and a directory. The store determines the effect of deleting or moving it.</summary>
    public bool IsBoth(string path) => Files.ContainsKey(path) && IsDirectory(path);

    /// <summary>Returns the error codes with which a write at the path must fail; empty if it must succeed.</summary>
    public StoreErrorCode[] WriteErrors(string path, bool createNew)
    {
        if (Real && IsDirectory(path))
            return createNew ? [StoreErrorCode.PathConflict, StoreErrorCode.AlreadyExists] : [StoreErrorCode.PathConflict];
        if (Real && HasFileAbove(path))
            return [StoreErrorCode.PathConflict];
        return createNew && Files.ContainsKey(path) ? [StoreErrorCode.AlreadyExists] : [];
    }

    public StoreErrorCode[] ReadErrors(string path) =>
        Files.ContainsKey(path) ? [] : IsDirectory(path) ? [StoreErrorCode.NotFound, StoreErrorCode.PathConflict] : [StoreErrorCode.NotFound];

    public StoreErrorCode[] MakeErrors(string path) => Real && (Files.ContainsKey(path) || HasFileAbove(path)) ? [StoreErrorCode.PathConflict] : [];

    /// <summary>Removes all entries at and below the path.</summary>
    /// <returns>The number of removed files.</returns>
    public int RemoveTree(string path)
    {
        var files = Files.Keys.Where(p => IsAtOrBelow(p, path)).ToArray();
        foreach (var file in files)
            Files.Remove(file);
        Made.RemoveWhere(p => IsAtOrBelow(p, path));
        return files.Length;
    }

    public void MoveTree(string source, string target)
    {
        foreach (var file in Files.Keys.Where(p => IsAtOrBelow(p, source)).ToArray())
        {
            Files[target + file[source.Length..]] = Files[file];
            Files.Remove(file);
        }
        var moved = Made.Where(p => IsAtOrBelow(p, source)).ToArray();
        foreach (var made in moved)
        {
            Made.Remove(made);
            Made.Add(target + made[source.Length..]);
        }
        if (!movesKeepMade)
            Made.ExceptWith([.. moved.Select(made => target + made[source.Length..]).Where(AnyBelow)]);
    }

    /// <summary>Returns the order keys of all files and all empty directories.</summary>
    public List<string> WholeTree() => Trees.InByteOrder(Files.Keys.Concat(Made.Where(m => !AnyBelow(m)).Select(m => m + "/")));

    /// <summary>Returns the order keys of the direct entries of a directory.</summary>
    public List<string> Below(string directory) => Trees.InByteOrder(
        Files.Keys.Concat(Made.Select(m => m + "/"))
            .Where(p => p.StartsWith(directory + "/", StringComparison.Ordinal) && p.Length > directory.Length + 1)
            .Select(p => p.IndexOf('/', directory.Length + 1) is var slash and >= 0 ? p[..(slash + 1)] : p)
            .Distinct());

    private static bool IsAtOrBelow(string path, string tree) => path == tree || path.StartsWith(tree + "/", StringComparison.Ordinal);

    private bool HasFileAbove(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (Files.ContainsKey(path[..slash]))
                return true;
        }
        return false;
    }
}
