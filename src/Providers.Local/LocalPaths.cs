using System.Text;

namespace Cairn.Providers.Local;

/// <summary>Checks which names a local store supports, and which are reserved.</summary>
internal static class LocalPaths
{
    /// <summary>
    /// The prefix of the names of files that are being written. It is followed by 16 random digits and, if there is room, <c>-</c> and the escaped target
    /// path.
    /// </summary>
    public const string StagedPrefix = ".cairn-tmp-";

    /// <summary>The file that marks a directory as created by a write, if directories do not support attributes.</summary>
    public const string DirectoryMark = ".cairn-dir";

    private const int LongestName = 255, LongestPath = 4095, RandomDigits = 16;

    /// <summary>Returns true if a name is reserved by the provider.</summary>
    public static bool IsReserved(ReadOnlySpan<byte> name) => IsStaged(name) || name.SequenceEqual(".cairn-dir"u8);

    /// <summary>Returns true if a name is that of a file being written.</summary>
    public static bool IsStaged(ReadOnlySpan<byte> name) => name.StartsWith(".cairn-tmp-"u8);

    /// <summary>Refuses an unsupported path before anything is created for it.</summary>
    /// <exception cref="StoreException">PathConflict.</exception>
    public static void Check(StorePath path, bool windowsNames)
    {
        if (Problem(path, windowsNames) is { } problem)
            throw problem;
    }

    /// <summary>Returns true if a path is supported; nothing exists at an unsupported path.</summary>
    public static bool CanHold(StorePath path, bool windowsNames) => Problem(path, windowsNames) is null;

    private static StoreException? Problem(StorePath path, bool windowsNames)
    {
        if (path.IsRoot)
            return LocalErrors.IsDirectory();
        if (path.Value.Length > LongestPath / 3 && Encoding.UTF8.GetByteCount(path.Value) > LongestPath)
            return LocalErrors.PathTooLong(LongestPath);
        foreach (var range in path.Value.AsSpan().Split('/'))
        {
            var name = path.Value.AsSpan(range);
            if (name.StartsWith(StagedPrefix) || name.SequenceEqual(DirectoryMark))
                return LocalErrors.NameCannotBeHeld(name, "is reserved by the local provider");
            if (windowsNames && PortableNames.Problem(name) is { } problem)
                return LocalErrors.NameCannotBeHeld(name, problem);
            if (name.Length > LongestName / 3 && Encoding.UTF8.GetByteCount(name) > LongestName)
                return LocalErrors.NameCannotBeHeld(name, $"is longer than {LongestName} bytes");
        }
        return null;
    }

    /// <summary>Returns a new name for a file that is being written, which contains its target path below the directory.</summary>
    public static string NewStagedName(StorePath target)
    {
        var name = $"{StagedPrefix}{Random.Shared.NextInt64():x16}";
        var escaped = target.Value.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
        return name.Length + 1 + Encoding.UTF8.GetByteCount(escaped) <= LongestName ? $"{name}-{escaped}" : name;
    }

    /// <summary>Returns the target path of a staged file below its directory, or null if the name does not contain it.</summary>
    public static StorePath? StagedTarget(string name)
    {
        var start = StagedPrefix.Length + RandomDigits + 1;
        if (name.Length <= start || name[start - 1] != '-')
            return null;
        var text = name[start..].Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
        return StorePath.TryParse(text, out var path) && !path.IsRoot ? path : (StorePath?)null;
    }
}
