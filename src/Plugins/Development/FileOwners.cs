using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Cairn.Plugins;

/// <summary>
/// Checks whether another user of the machine can change a file or folder. Only for Unix; on Windows, the access control list of the folder applies.
/// </summary>
internal static unsafe partial class FileOwners
{
    private const UnixFileMode GroupWrite = UnixFileMode.GroupWrite, OthersWrite = UnixFileMode.OtherWrite, Sticky = UnixFileMode.StickyBit;

    /// <summary>Returns the problem with a path: it belongs to another user, or others can write to it. Null if there is no problem.</summary>
    public static string? Problem(string path) => OperatingSystem.IsWindows() ? null : Problem(path, LookAt(path), isAbove: false);

    /// <summary>Like <see cref="Problem(string)"/>, but also checks every folder above: a user who can rename one of them can replace it.</summary>
    public static string? ProblemOfTree(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var problem = Problem(path);
        for (var above = Path.GetDirectoryName(path); problem is null && above is not null; above = Path.GetDirectoryName(above))
            problem = Problem(above, LookAt(above), isAbove: true);
        return problem;
    }

    /// <summary>Returns the path with links resolved, or null if it does not exist.</summary>
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
        // In a sticky folder, only the owner of an entry can rename it.
        if (isAbove && (facts.Mode & Sticky) != 0)
            return null;
        if ((facts.Mode & OthersWrite) != 0)
            return $"every user of this machine can write to {path}";
        return (facts.Mode & GroupWrite) != 0 && !facts.IsOwnGroup && !facts.IsSystems ? $"a group of users can write to {path}" : null;
    }

    [UnsupportedOSPlatform("windows")]
    private static Facts LookAt(string path)
    {
        var own = GetEffectiveUser();
        if (OperatingSystem.IsLinux())
        {
            StatX stat;
            if (GetStatus(AtWorkingDirectory, path, 0, OwnerAndMode, &stat) != 0)
                throw new IOException($"{path} cannot be examined: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
            // If each user has a private group, the group has the same number as the user.
            return new((UnixFileMode)(stat.Mode & 0xFFF), stat.User == own, stat.User == 0, stat.Group == own || stat.Group == 0);
        }
        // Portable check for other systems: only the owner can set the mode, even to its current value. The administrator can always set it, so this check
        // does not apply to the administrator.
        var mode = File.GetUnixFileMode(path);
        try
        {
            if (own != 0)
                File.SetUnixFileMode(path, mode);
            return new(mode, IsOwn: own != 0, IsSystems: false, IsOwnGroup: false);
        }
        catch (UnauthorizedAccessException)
        {
            // Folders above the user's folders belong to the system; a folder of another user would be harmful only if it were writable.
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

    /// <summary>struct statx, which is the same on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(20)] public uint User;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
    }
}
