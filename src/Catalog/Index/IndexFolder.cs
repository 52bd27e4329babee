namespace Cairn.Catalog.Index;

/// <summary>Chooses folders for indexes. They are on local disks: the locks of SQLite do not hold on network file systems.</summary>
internal static class IndexFolder
{
    /// <summary>The folder for indexes among the user's caches; the folder for temporary files if that is on a network file system.</summary>
    /// <param name="isRemote">Tells whether a folder is on a network file system; null to ask the system.</param>
    public static string Default(Func<string, bool>? isRemote = null)
    {
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set && Path.IsPathFullyQualified(set)
            ? set
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "Library", "Caches")
            : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Join(Path.IsPathFullyQualified(caches) && !(isRemote ?? IsRemote)(caches) ? caches : Path.GetTempPath(), "cairn", "index");
    }

    /// <summary>The folder that the user chose, or the default one.</summary>
    /// <param name="folder">The folder of the user; null for the default.</param>
    public static string Of(string? folder) => folder is null ? Default() : Local(folder);

    /// <summary>A folder that the user chose; the default one if that is on a network file system.</summary>
    /// <param name="folder">The folder, which may not exist yet.</param>
    /// <param name="isRemote">Tells whether a folder is on a network file system; null to ask the system.</param>
    public static string Local(string folder, Func<string, bool>? isRemote = null) => (isRemote ?? IsRemote)(folder) ? Default(isRemote) : folder;

    /// <summary>Returns whether a folder is on a network file system, such as NFS or SMB, or on one of FUSE, which often is one.</summary>
    public static bool IsRemote(string folder)
    {
        var existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;
        if (OperatingSystem.IsWindows())
        {
            var root = Path.GetPathRoot(existing)!;
            return root.StartsWith(@"\\", StringComparison.Ordinal) || new DriveInfo(root).DriveType == DriveType.Network;
        }
        var drive = new DriveInfo(existing);
        return drive.DriveType == DriveType.Network || drive.DriveFormat.StartsWith("fuse", StringComparison.OrdinalIgnoreCase);
    }
}
