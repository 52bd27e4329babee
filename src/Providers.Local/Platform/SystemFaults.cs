namespace Cairn.Providers.Local.Platform;

/// <summary>Classifies the error numbers of the system: those of Linux and macOS, and those of Windows as an HRESULT.</summary>
internal static class SystemFaults
{
    private const int WindowsFacility = unchecked((int)0x80070000);

    /// <summary>Returns the fault for an error number, or null if the number has no specific meaning.</summary>
    public static StoreFault? Of(int result) => (result & unchecked((int)0xFFFF0000)) switch
    {
        WindowsFacility => OfWindows(result & 0xFFFF),
        0 => OfUnix(result),
        _ => null,
    };

    private static StoreFault? OfUnix(int error) => error switch
    {
        1 or 13 => Denied,
        2 => new(StoreErrorCode.NotFound, "it does not exist"),
        5 => DeviceFailed,
        16 or 26 => new(StoreErrorCode.Unavailable, "the file or directory is in use by the system") { Advice = "Find and close its user, such as a mount." },
        17 => new(StoreErrorCode.AlreadyExists, "a file or directory already exists at that path"),
        18 => OtherFileSystem,
        20 => new(StoreErrorCode.PathConflict, "a file exists where a directory is required"),
        21 => new(StoreErrorCode.PathConflict, "a directory exists at that path"),
        22 or 84 or 92 => new(StoreErrorCode.PathConflict, "the file system does not support this name, or a directory would be moved into itself"),
        23 or 24 => FilesFull,
        27 => new(StoreErrorCode.Unsupported, "the file would be larger than the file system allows"),
        28 => DiskFull,
        30 => ReadOnly,
        31 => new(StoreErrorCode.PathConflict, "the directory cannot contain more entries"),
        36 or 63 => new(StoreErrorCode.PathConflict, "the name or the whole path is too long") { Advice = "Use a shorter path: names up to 255 bytes, paths up to 4,096." },
        39 or 66 => new(StoreErrorCode.PathConflict, "the directory is not empty"),
        40 or 62 => new(StoreErrorCode.PathConflict, "the path contains too many symbolic links or a circular link"),
        95 or 45 => new(StoreErrorCode.Unsupported, "the file system cannot do that"),
        116 or 70 => new(StoreErrorCode.Unavailable, "the network file system has lost the file's handle"),
        122 or 69 => QuotaFull,
        _ => null,
    };

    private static StoreFault? OfWindows(int error) => error switch
    {
        2 or 3 => new(StoreErrorCode.NotFound, "it does not exist"),
        4 => FilesFull,
        5 => Denied,
        17 => OtherFileSystem,
        19 => ReadOnly,
        21 or 23 or 29 or 31 or 1117 => DeviceFailed,
        32 or 33 => new(StoreErrorCode.Unavailable, "another program has the file open") { Advice = "Close it there, or try again later." },
        39 or 112 => DiskFull,
        80 or 183 => new(StoreErrorCode.AlreadyExists, "a file or directory already exists at that path"),
        123 or 161 or 267 => new(StoreErrorCode.PathConflict, "the file system does not support this name"),
        145 => new(StoreErrorCode.PathConflict, "the directory is not empty"),
        206 => new(StoreErrorCode.PathConflict, "the path is too long"),
        1295 => QuotaFull,
        _ => null,
    };

    private static StoreFault Denied => new(StoreErrorCode.PermissionDenied, "the system denies access to it")
    {
        Advice = "Check the owner and the permissions of the file and its parent directories.",
    };

    private static StoreFault ReadOnly => new(StoreErrorCode.PermissionDenied, "the file system is mounted read-only")
    {
        Advice = "Mount it for writing, or use another store.",
    };

    private static StoreFault DiskFull => new(StoreErrorCode.Unavailable, "the disk is full")
    {
        IsTransient = false,
        Advice = "Existing files are unchanged. Free some space, or use a store on another disk.",
    };

    private static StoreFault QuotaFull => new(StoreErrorCode.Unavailable, "the disk quota is used up")
    {
        IsTransient = false,
        Advice = "Existing files are unchanged. Free some space, or request a larger quota.",
    };

    private static StoreFault FilesFull => new(StoreErrorCode.Unavailable, "too many files are open")
    {
        Advice = "Increase the limit (ulimit -n), or run fewer operations in parallel.",
    };

    private static StoreFault DeviceFailed => new(StoreErrorCode.Unavailable, "the device failed to read or write")
    {
        IsTransient = false,
        Advice = "Check the device and the system's log.",
    };

    private static StoreFault OtherFileSystem => new(StoreErrorCode.Unsupported, "the two paths are on different file systems")
    {
        Advice = "Copy the source, then remove it.",
    };
}
