using System.Text;

namespace Cairn.Providers.Local;

/// <summary>Which names a local store can hold, and which it keeps for itself.</summary>
internal static class LocalPaths
{
    /// <summary>How the name of a file begins that is being written. Behind it stand 16 random digits and, where there is room, <c>-</c> and the escaped path it is for.</summary>
    public const string StagedPrefix = ".cairn-tmp-";

    /// <summary>The file that marks a directory as made by a write, where directories keep no attributes.</summary>
    public const string DirectoryMark = ".cairn-dir";

    private const int LongestName = 255, LongestPath = 4095, RandomDigits = 16;

    /// <summary>True for a name that is the provider's own.</summary>
    public static bool IsReserved(ReadOnlySpan<byte> name) => IsStaged(name) || name.SequenceEqual(".cairn-dir"u8);

    /// <summary>True for the name of a file that is being written.</summary>
    public static bool IsStaged(ReadOnlySpan<byte> name) => name.StartsWith(".cairn-tmp-"u8);

    /// <summary>Refuses a path that cannot be held, before anything is made for it.</summary>
    /// <exception cref="StoreException">PathConflict.</exception>
    public static void Check(StorePath path, bool windowsNames)
    {
        if (Problem(path, windowsNames) is { } problem)
            throw problem;
    }

    /// <summary>True for a path that can be held; at any other there is nothing.</summary>
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
                return LocalErrors.NameCannotBeHeld(name, "is one of those that the local provider keeps for itself");
            if (windowsNames && PortableNames.Problem(name) is { } problem)
                return LocalErrors.NameCannotBeHeld(name, problem);
            if (name.Length > LongestName / 3 && Encoding.UTF8.GetByteCount(name) > LongestName)
                return LocalErrors.NameCannotBeHeld(name, $"is longer than {LongestName} bytes");
        }
        return null;
    }

    /// <summary>A new name for a file that is being written, which says for which path below its directory it is.</summary>
    public static string NewStagedName(StorePath target)
    {
        var name = $"{StagedPrefix}{Random.Shared.NextInt64():x16}";
        var escaped = target.Value.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
        return name.Length + 1 + Encoding.UTF8.GetByteCount(escaped) <= LongestName ? $"{name}-{escaped}" : name;
    }

    /// <summary>The path below its directory that a staged file is for; null when its name does not tell.</summary>
    public static StorePath? StagedTarget(string name)
    {
        var start = StagedPrefix.Length + RandomDigits + 1;
        if (name.Length <= start || name[start - 1] != '-')
            return null;
        var text = name[start..].Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
        return StorePath.TryParse(text, out var path) && !path.IsRoot ? path : (StorePath?)null;
    }
}
