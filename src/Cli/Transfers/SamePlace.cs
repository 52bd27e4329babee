namespace Cairn.Cli;

/// <summary>Whether two addresses mean one place, also when they are written differently: through another store, or through a symbolic link.</summary>
internal static class SamePlace
{
    public static bool AreSame(Location a, Location b) => Real(a.Place) == Real(b.Place);

    /// <summary>Whether <paramref name="inner"/> lies below <paramref name="outer"/>.</summary>
    public static bool IsInside(Location inner, Location outer) => Real(inner.Place).IsUnder(Real(outer.Place));

    private static StoreUri Real(StoreUri uri) => uri.Scheme == StoreUri.FileScheme ? StoreUri.FromLocalPath(RealPath(uri.ToLocalPath())) : uri;

    /// <summary>The path with the symbolic links of its folders followed; what does not exist stays as it is. A link at the end is an object of its own.</summary>
    private static string RealPath(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is null)
            return path;
        var folder = RealPath(parent);
        if (new DirectoryInfo(folder) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            folder = RealPath(target.FullName);
        return Path.Join(folder, Path.GetFileName(path));
    }
}
