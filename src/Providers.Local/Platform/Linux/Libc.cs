using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform.Linux;

/// <summary>
/// System calls that the base library does not provide. Only for 64-bit Linux on x64 and Arm64, because numbers and flags differ on other systems.
/// </summary>
internal static unsafe partial class Libc
{
    public const int ReadOnly = 0, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000, PathOnly = 0x200000;
    public const int ResolveNoMagicLinks = 2, ResolveBeneath = 8, ResolveInRoot = 16;
    public const int NoFollow = 0x100, RemoveDirectory = 0x200, EmptyPath = 0x1000;
    public const int LockShared = 1, LockExclusive = 2, LockNonBlocking = 4, Unlock = 8;
    public const int NoReplace = 1, KeepSize = 1, NoWait = 8, Sequential = 2, BeginWrite = 2;
    public const nuint CloneFile = 0x40049409;
    public const int SeekData = 3, SeekHole = 4;
    public const long OmitTime = 0x3FFFFFFE;

    private const int SysOpenAt2 = 437;
    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>O_DIRECTORY.</summary>
    public static readonly int Directory = Arm ? 0x4000 : 0x10000;

    /// <summary>O_NOFOLLOW of open, whose value differs from AT_SYMLINK_NOFOLLOW.</summary>
    public static readonly int OpenNoFollow = Arm ? 0x8000 : 0x20000;

    private static readonly int SysStatX = Arm ? 291 : 332, SysRenameAt2 = Arm ? 276 : 316, SysGetDents = Arm ? 61 : 217;

    public static nint OpenAt2(SafeHandle directory, string path, OpenHow how) => SysCall(SysOpenAt2, directory, path, &how, (nuint)sizeof(OpenHow));

    public static nint StatX(SafeHandle directory, string path, int flags, StatX* result) => SysCall(SysStatX, directory, path, flags, 0x7FF, result);

    public static nint StatX(SafeHandle directory, byte* path, int flags, StatX* result) => SysCall(SysStatX, directory, path, flags, 0x7FF, result);

    public static nint RenameAt2(SafeHandle from, string name, SafeHandle to, string newName, uint flags) => SysCall(SysRenameAt2, from, name, to, newName, flags);

    public static nint GetDents(SafeHandle directory, byte* buffer, nuint length) => SysCall(SysGetDents, directory, buffer, length);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SysCall(nint number, SafeHandle directory, string path, OpenHow* how, nuint size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SysCall(nint number, SafeHandle directory, string path, nint flags, nint mask, StatX* result);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SysCall(nint number, SafeHandle directory, byte* path, nint flags, nint mask, StatX* result);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SysCall(nint number, SafeHandle from, string name, SafeHandle to, string newName, nuint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SysCall(nint number, SafeHandle directory, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(SafeHandle directory, string name, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MkDirAt(SafeHandle directory, string name, int mode);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MkDir(string path, int mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(SafeHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LinkAt(SafeHandle from, string name, SafeHandle to, string newName, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(SafeHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(SafeHandle file);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    public static partial int SyncFileRange(SafeHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFs(SafeHandle directory);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int FStatFs(SafeHandle file, long* facts);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    public static partial int FUTimeNs(SafeHandle file, TimeSpec* accessedAndModified);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int FTruncate(SafeHandle file, long length);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int FAllocate(SafeHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    public static partial int FAdvise(SafeHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint PRead(SafeHandle file, byte* buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    public static partial nint PReadV2(SafeHandle file, IoVector* buffers, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint PWrite(SafeHandle file, byte* buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    public static partial nint CopyFileRange(SafeHandle from, long* fromOffset, SafeHandle to, long* toOffset, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long LSeek(SafeHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int FChMod(SafeHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int IOControl(SafeHandle file, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FGetXAttr(SafeHandle file, string name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GetXAttr(string path, string name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FSetXAttr(SafeHandle file, string name, byte* value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "fremovexattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FRemoveXAttr(SafeHandle file, string name);
}

/// <summary>struct open_how.</summary>
internal struct OpenHow
{
    public ulong Flags, Mode, Resolve;
}

/// <summary>struct iovec.</summary>
internal unsafe struct IoVector
{
    public byte* Base;
    public nuint Length;
}

/// <summary>struct timespec.</summary>
internal struct TimeSpec
{
    public long Seconds, Nanoseconds;
}
