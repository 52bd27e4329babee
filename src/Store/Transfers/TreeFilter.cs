using Cairn.Listing;

namespace Cairn.Transfers;

/// <summary>Which paths of a tree are wanted.</summary>
/// <exception cref="ArgumentException">A glob is not valid.</exception>
internal sealed class TreeFilter(TransferOptions options)
{
    /// <summary>A name that a pattern matches only when it matches whatever may stand there.</summary>
    private const string AnyName = "\uFFFD";

    private readonly Glob[] _include = [.. options.Include.Select(Glob.Parse)];
    private readonly Glob[] _exclude = [.. options.Exclude.Select(Glob.Parse)];

    /// <summary>False when everything is wanted.</summary>
    public bool IsSet => _include.Length + _exclude.Length > 0;

    /// <summary>True when the caller has left a path out.</summary>
    public bool IsExcluded(StorePath path) => Array.Exists(_exclude, g => g.IsMatch(path));

    /// <summary>Whether a file is wanted. With any filter, an empty directory is not.</summary>
    public bool IsWanted(StorePath path, bool isDirectory) =>
        !IsSet || (!isDirectory && (_include.Length == 0 || Array.Exists(_include, g => g.IsMatch(path))) && !IsExcluded(path));

    /// <summary>Whether something that cannot be listed would be wanted.</summary>
    public bool IsWanted(UnlistedEntry entry) => entry.Path is not { } path || entry.Kind switch
    {
        UnlistedKind.Unreadable => !IsExcluded(path) && !IsExcluded(path / AnyName),
        UnlistedKind.Link => !IsExcluded(path) && (_include.Length == 0 || Array.Exists(_include, g => g.IsMatch(path) || g.IsMatch(path / AnyName))),
        _ => IsWanted(path, isDirectory: false),
    };
}
