using System.Runtime.InteropServices;
using Cairn.Errors;
using Cairn.Providers;
using Microsoft.Win32.SafeHandles;

namespace Cairn.LocalFiles;

/// <summary>Examines and opens local files: a pipe, a socket or a device is refused before it is opened, so it cannot block.</summary>
public static partial class LocalFile
{
    private const int ReadOnly = 0, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int CurrentFolder = -100, NoFollow = 0x100, EmptyPath = 0x1000, Everything = 0x7FF;
    private const int NoEntry = 2, NotDirectory = 20;

    private static readonly bool HasSystemCalls = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
    private static readonly int SysStatX = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 291 : 332;

    /// <summary>Gets the metadata of a path.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="follow">true to follow a link at the path.</param>
    /// <returns>The metadata, or null if nothing exists.</returns>
    internal static unsafe LocalFileFacts? Look(string path, bool follow)
    {
        if (!HasSystemCalls)
            return LookPortably(path, follow);
        StatX stat;
        if (SysCall(SysStatX, CurrentFolder, path, follow ? 0 : NoFollow, Everything, &stat) == 0)
            return FactsOf(stat);
        var error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NotDirectory ? null : throw Failure(error, path);
    }

    /// <summary>Opens a file for reading. A pipe or a device that replaces it at the last moment is refused, too.</summary>
    /// <param name="path">The full path; a link is followed.</param>
    /// <param name="facts">The metadata of the opened file.</param>
    /// <param name="isSeen">true if the caller has just found a file at the path, so it is not checked again.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="StoreException">PathConflict: it is not a file.</exception>
    internal static SafeFileHandle Open(string path, out LocalFileFacts facts, bool isSeen = false)
    {
        facts = default;
        if (!isSeen || !HasSystemCalls)
        {
            facts = Look(path, follow: true) ?? throw new FileNotFoundException($"Could not find file '{path}'.", path);
            Require(path, facts);
        }
        if (!HasSystemCalls)
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        var fd = OpenFile(path, ReadOnly | NonBlocking | NoTerminal | CloseOnExec);
        if (fd < 0)
            throw Failure(Marshal.GetLastPInvokeError(), path);
        var file = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            facts = FactsOf(file);
            Require(path, facts);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a regular file for reading as a stream; a link is followed.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="StoreException">PathConflict: it is not a regular file.</exception>
    public static FileStream OpenRead(string path)
    {
        var file = Open(path, out _);
        try
        {
            return new(file, FileAccess.Read, bufferSize: 0);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a regular file and reads it in one version: a change of its length or time in the meantime is an error.</summary>
    /// <param name="path">The full path; a link is followed.</param>
    /// <param name="read">Reads the file sequentially.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="StoreException">PathConflict: it is not a regular file. PreconditionFailed: it changed while it was read.</exception>
    public static async Task ReadUnchangedAsync(string path, Func<FileStream, ValueTask> read, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(read);
        using var file = Open(path, out var facts);
        var source = new FileStream(file, FileAccess.Read, bufferSize: 0);
        await using var closing = source.ConfigureAwait(false);
        await LocalVersion.RequireOneAsync(file, path, facts, () => read(source), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the metadata of an open file.</summary>
    internal static unsafe LocalFileFacts FactsOf(SafeFileHandle file)
    {
        if (!HasSystemCalls)
            return new(LocalFileKind.File, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file), "", IsExecutable(file));
        StatX stat;
        return SysCall(SysStatX, (int)file.DangerousGetHandle(), "", EmptyPath, Everything, &stat) == 0 ? FactsOf(stat) : throw Failure(Marshal.GetLastPInvokeError(), "");
    }

    private static void Require(string path, in LocalFileFacts facts)
    {
        if (facts.Problem is { } problem)
            throw new StoreException(new StoreFault(StoreErrorCode.PathConflict, $"'{ErrorText.Escape(path)}' cannot be read as a file: {problem}") { Advice = "Name a file." });
    }

    private static LocalFileFacts FactsOf(in StatX stat)
    {
        var kind = (stat.Mode & 0xF000) switch
        {
            0x8000 => LocalFileKind.File,
            0x4000 => LocalFileKind.Directory,
            0xA000 => LocalFileKind.Link,
            0x1000 => LocalFileKind.Pipe,
            0xC000 => LocalFileKind.Socket,
            _ => LocalFileKind.Device,
        };
        var modified = DateTimeOffset.UnixEpoch.AddTicks((stat.ModifiedSeconds * TimeSpan.TicksPerSecond) + (stat.ModifiedNanoseconds / 100));
        return new(kind, (long)stat.Size, modified, kind == LocalFileKind.Directory ? $"{stat.DeviceMajor}:{stat.DeviceMinor}:{stat.Inode}" : "", (stat.Mode & 0x40) != 0);
    }

    private static LocalFileFacts? LookPortably(string path, bool follow)
    {
        FileSystemInfo info = new FileInfo(path);
        if (info.LinkTarget is not null)
        {
            if (!follow)
                return new(LocalFileKind.Link, 0, info.LastWriteTimeUtc, "", false);
            if (info.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true } target)
                return null;
            info = target;
        }
        if (info is FileInfo { Exists: true } file)
            return new(file.Attributes.HasFlag(FileAttributes.Device) ? LocalFileKind.Device : LocalFileKind.File, file.Length, file.LastWriteTimeUtc, "", IsExecutable(file));
        return Directory.Exists(info.FullName) ? new(LocalFileKind.Directory, 0, info.LastWriteTimeUtc, info.FullName, false) : null;
    }

    private static bool IsExecutable(FileInfo file) => !OperatingSystem.IsWindows() && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute);

    private static bool IsExecutable(SafeFileHandle file) => !OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute);

    /// <summary>Returns the base library's exception for an error number.</summary>
    private static Exception Failure(int error, string path)
    {
        var message = Marshal.GetPInvokeErrorMessage(error);
        return error switch
        {
            NoEntry or NotDirectory => new FileNotFoundException($"Could not find file '{path}'.", path),
            1 or 13 => new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
            _ => new IOException($"{message} : '{path}'", error),
        };
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint SysCall(nint number, nint directory, string path, nint flags, nint mask, StatX* result);
}
