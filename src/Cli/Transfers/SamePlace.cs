namespace Cairn.Cli;

/// <summary>Compares the locations of two addresses, including addresses that differ in form: through another store or through a symbolic link.</summary>
internal static class SamePlace
{
    public static bool AreSame(Location a, Location b) => Real(a.Place) == Real(b.Place);

    /// <summary>Returns true if <paramref name="inner"/> is below <paramref name="outer"/>.</summary>
    public static bool IsInside(Location inner, Location outer) => Real(inner.Place).IsUnder(Real(outer.Place));

    private static StoreUri Real(StoreUri uri) => uri.Scheme == StoreUri.FileScheme ? StoreUri.FromLocalPath(RealPath(uri.ToLocalPath())) : uri;

    /// <summary>
    /// Returns the path with the symbolic links of its folders resolved. Parts that do not exist are unchanged. A link at the end is not resolved.
    /// </summary>
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
