namespace Cairn.Providers.Local.Platform.Linux;

/// <summary>Error numbers of Linux.</summary>
internal static class Errno
{
    public const int NotPermitted = 1, NoEntry = 2, Interrupted = 4, IO = 5, NoSuchPlace = 6, TryAgain = 11, AccessDenied = 13, Busy = 16, Exists = 17, CrossDevice = 18,
        NotDirectory = 20, IsDirectory = 21, Invalid = 22, SystemFilesFull = 23, ProcessFilesFull = 24, FileTooBig = 27, NoSpace = 28, ReadOnlyFileSystem = 30,
        TooManyLinks = 31, OutOfRange = 34, NameTooLong = 36, NoLocks = 37, NotImplemented = 38, NotEmpty = 39, LinkLoop = 40, NoData = 61, BadSequence = 84, NotSupported = 95,
        Stale = 116, Quota = 122;
}

/// <summary>The exception that is thrown if a system call fails.</summary>
/// <remarks>Its <see cref="Exception.HResult"/> is the error number, as for exceptions of the base library on Unix.</remarks>
internal sealed class LinuxException : IOException
{
    public LinuxException(string call, int error)
        : base($"{call}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)} (errno {error})", error)
    {
    }
}
