using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Cairn.Plugins;

/// <summary>Whether another user of the machine can change a file or a folder. Only for Unix; on Windows the folder's own access list is left to decide.</summary>
internal static unsafe partial class FileOwners
{
    private const UnixFileMode GroupWrite = UnixFileMode.GroupWrite, OthersWrite = UnixFileMode.OtherWrite, Sticky = UnixFileMode.StickyBit;

    /// <summary>What is wrong with the path itself: it is another user's, or others may write to it. Null when nothing is.</summary>
    public static string? Problem(string path) => OperatingSystem.IsWindows() ? null : Problem(path, LookAt(path), isAbove: false);

    /// <summary>The same, and of every folder above it: a user who may rename one of them can put another in its place.</summary>
    public static string? ProblemOfTree(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var problem = Problem(path);
        for (var above = Path.GetDirectoryName(path); problem is null && above is not null; above = Path.GetDirectoryName(above))
            problem = Problem(above, LookAt(above), isAbove: true);
        return problem;
    }

    /// <summary>The path without links; null when it leads nowhere.</summary>
    public static string? RealPath(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (OperatingSystem.IsWindows())
            return Path.Exists(full) ? full : null;
        var real = RealPath(full, 0);
        if (real == 0)
            return null;
        var text = Marshal.PtrToStringUTF8(real);
        NativeMemory.Free((void*)real);
        return text;
    }

    private static string? Problem(string path, in Facts facts, bool isAbove)
    {
        if (!facts.IsOwn && !facts.IsSystems)
            return $"{path} belongs to another user";
        // In a sticky folder only the owner of an entry renames it.
        if (isAbove && (facts.Mode & Sticky) != 0)
            return null;
        if ((facts.Mode & OthersWrite) != 0)
            return $"every user of this machine may write to {path}";
        return (facts.Mode & GroupWrite) != 0 && !facts.IsOwnGroup && !facts.IsSystems ? $"a whole group of users may write to {path}" : null;
    }

    [UnsupportedOSPlatform("windows")]
    private static Facts LookAt(string path)
    {
        var own = GetEffectiveUser();
        if (OperatingSystem.IsLinux())
        {
            StatX stat;
            if (GetStatus(AtWorkingDirectory, path, 0, OwnerAndMode, &stat) != 0)
                throw new IOException($"{path} cannot be looked at: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
            // Where each user has a group to himself, it has the user's number.
            return new((UnixFileMode)(stat.Mode & 0xFFF), stat.User == own, stat.User == 0, stat.Group == own || stat.Group == 0);
        }
        // Elsewhere a portable question: only the owner may set the mode, even to what it is; the administrator may set any, so he is not asked.
        var mode = File.GetUnixFileMode(path);
        try
        {
            if (own != 0)
                File.SetUnixFileMode(path, mode);
            return new(mode, IsOwn: own != 0, IsSystems: false, IsOwnGroup: false);
        }
        catch (UnauthorizedAccessException)
        {
            // Folders above a user's own are the system's; one of another user's would have to be writable to do harm.
            return new(mode, IsOwn: false, IsSystems: (mode & (GroupWrite | OthersWrite)) == 0, IsOwnGroup: false);
        }
    }

    private const int AtWorkingDirectory = -100;
    private const uint OwnerAndMode = 0x2 | 0x8 | 0x10;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int directory, string path, int flags, uint mask, StatX* result);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, nint buffer);

    private readonly record struct Facts(UnixFileMode Mode, bool IsOwn, bool IsSystems, bool IsOwnGroup);

    /// <summary>struct statx: the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(20)] public uint User;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
    }
}
