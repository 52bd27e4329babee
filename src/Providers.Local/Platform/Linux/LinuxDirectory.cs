using System.Runtime.InteropServices;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform.Linux;

/// <summary>A directory identified by its handle. It remains the opened directory if it is renamed or replaced.</summary>
internal sealed unsafe class LinuxDirectory(LinuxFileSystem fileSystem, SafeFileHandle handle) : LocalDirectory
{
    private const int EntriesBuffer = 32 << 10;

    /// <inheritdoc/>
    public override LocalFacts Facts => fileSystem.FactsOf(handle);

    /// <inheritdoc/>
    public override bool IsImplicit => fileSystem.HasAttributes && Libc.FGetXAttr(handle, LinuxFileAccess.ImplicitMark, null, 0) >= 0;

    /// <inheritdoc/>
    public override bool IsGone => Facts.Links == 0;

    /// <inheritdoc/>
    public override bool IsEmpty
    {
        get
        {
            // Space for "." and ".." and one name of any length.
            var buffer = stackalloc byte[512];
            nint length;
            while ((length = Libc.GetDents(handle, buffer, 512)) > 0)
            {
                for (var entry = buffer; entry < buffer + length; entry += *(ushort*)(entry + 16))
                {
                    if (MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19) is not ([(byte)'.'] or [(byte)'.', (byte)'.']))
                        return false;
                }
            }
            return true;
        }
    }

    /// <inheritdoc/>
    public override LocalFacts? Look(string name)
    {
        StatX stat;
        return Libc.StatX(handle, name, Libc.NoFollow, &stat) == 0 ? LinuxFileAccess.FactsOf(stat) : NothingOrThrow();
    }

    /// <inheritdoc/>
    public override LocalFacts? Look(NameList names, int index)
    {
        StatX stat;
        fixed (byte* name = names.TerminatedAt(index))
            return Libc.StatX(handle, name, Libc.NoFollow, &stat) == 0 ? LinuxFileAccess.FactsOf(stat) : NothingOrThrow();
    }

    /// <inheritdoc/>
    public override SafeFileHandle CreateFile(string name)
    {
        var fd = Libc.OpenAt(handle, name, Libc.ReadWrite | Libc.Create | Libc.Exclusive | Libc.OpenNoFollow | Libc.CloseOnExec, 0x1B6);
        if (fd < 0)
            throw Gone(Marshal.GetLastPInvokeError(), "openat");
        var file = new SafeFileHandle(fd, ownsHandle: true);
        fileSystem.TryClaim(file);
        return file;
    }

    /// <inheritdoc/>
    public override bool Rename(string name, LocalDirectory target, string newName, bool overwrite)
    {
        var to = ((LinuxDirectory)target).Handle;
        if (Libc.RenameAt2(handle, name, to, newName, overwrite ? 0u : Libc.NoReplace) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        if (!overwrite && error is Errno.Invalid or Errno.NotImplemented)
            return RenameByLink(name, to, newName);
        return !overwrite && error is Errno.Exists or Errno.NotEmpty ? false : throw Gone(error, "renameat2");
    }

    /// <inheritdoc/>
    public override bool RemoveFile(string name)
    {
        if (Libc.UnlinkAt(handle, name, 0) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == Errno.NoEntry ? false : throw new LinuxException("unlinkat", error);
    }

    /// <inheritdoc/>
    public override RemoveOutcome RemoveDirectory(string name)
    {
        if (Libc.UnlinkAt(handle, name, Libc.RemoveDirectory) == 0)
            return RemoveOutcome.Removed;
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            Errno.NoEntry => RemoveOutcome.Missing,
            Errno.NotEmpty or Errno.Exists => RemoveOutcome.NotEmpty,
            Errno.NotDirectory => RemoveOutcome.NotADirectory,
            _ => throw new LinuxException("unlinkat", error),
        };
    }

    /// <inheritdoc/>
    public override bool MakeDirectory(string name, bool isImplicit)
    {
        if (Libc.MkDirAt(handle, name, 0x1FF) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Errno.Exists ? false : throw Gone(error, "mkdirat");
        }
        if (!isImplicit || !fileSystem.HasAttributes)
            return true;
        var fd = Libc.OpenAt(handle, name, Libc.ReadOnly | Libc.Directory | Libc.OpenNoFollow | Libc.CloseOnExec, 0);
        if (fd < 0)
            return true;
        using var made = new SafeFileHandle(fd, ownsHandle: true);
        byte mark = (byte)'1';
        if (Libc.FSetXAttr(made, LinuxFileAccess.ImplicitMark, &mark, 1, 0) != 0)
            throw new LinuxException("fsetxattr", Marshal.GetLastPInvokeError());
        return true;
    }

    /// <inheritdoc/>
    public override void MakeExplicit()
    {
        if (fileSystem.HasAttributes && Libc.FRemoveXAttr(handle, LinuxFileAccess.ImplicitMark) != 0 && Marshal.GetLastPInvokeError() is var error and not Errno.NoData)
            throw new LinuxException("fremovexattr", error);
    }

    /// <inheritdoc/>
    public override IDisposable Lock(bool exclusive, CancellationToken cancellationToken)
    {
        if (!fileSystem.HasLocks)
            return new Lease(null);
        for (var wait = new LockWait(cancellationToken); ; wait.Once())
        {
            if (Libc.FLock(handle, (exclusive ? Libc.LockExclusive : Libc.LockShared) | Libc.LockNonBlocking) == 0)
                return new Lease(handle);
            var error = Marshal.GetLastPInvokeError();
            if (error is not (Errno.TryAgain or Errno.Interrupted))
                throw new LinuxException("flock", error);
        }
    }

    /// <inheritdoc/>
    public override void Flush() => LinuxFileAccess.FlushDirectory(handle);

    /// <inheritdoc/>
    public override void ReadNames(NameList names, CancellationToken cancellationToken)
    {
        var buffer = (byte*)NativeMemory.Alloc(EntriesBuffer);
        try
        {
            nint length;
            while ((length = Libc.GetDents(handle, buffer, EntriesBuffer)) != 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (length < 0)
                {
                    var error = Marshal.GetLastPInvokeError();
                    // The directory was removed after it was opened.
                    if (error == Errno.NoEntry)
                        return;
                    throw new LinuxException("getdents64", error);
                }
                for (var entry = buffer; entry < buffer + length; entry += *(ushort*)(entry + 16))
                    Add(names, entry[18], MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19));
            }
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => handle.Dispose();

    private SafeFileHandle Handle => handle;

    private static LocalFacts? NothingOrThrow()
    {
        var error = Marshal.GetLastPInvokeError();
        return error == Errno.NoEntry ? null : throw new LinuxException("statx", error);
    }

    private static IOException Gone(int error, string call) =>
        error == Errno.NoEntry ? new FileNotFoundException($"{call}: a file or directory is gone") : new LinuxException(call, error);

    private void Add(NameList names, byte type, ReadOnlySpan<byte> name)
    {
        if (name is [(byte)'.'] or [(byte)'.', (byte)'.'])
            return;
        LocalKind? kind = type switch { 8 => LocalKind.File, 4 => LocalKind.Directory, 10 => LocalKind.Link, 0 => null, _ => LocalKind.Special };
        if (kind is null)
        {
            // The file system does not report the kind with the name.
            StatX stat;
            fixed (byte* start = name)
            {
                if (Libc.StatX(handle, start, Libc.NoFollow, &stat) != 0)
                    return;
            }
            kind = LinuxFileAccess.FactsOf(stat).Kind;
        }
        names.Add(name, Utf8.IsValid(name) ? kind.Value : LocalKind.Unnameable);
    }

    /// <summary>
    /// For file systems whose rename cannot refuse to overwrite: creates a second name, which fails if it exists, and then removes the first one.
    /// </summary>
    private bool RenameByLink(string name, SafeFileHandle to, string newName)
    {
        if (Libc.LinkAt(handle, name, to, newName, 0) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Errno.Exists ? false : throw Gone(error, "linkat");
        }
        RemoveFile(name);
        return true;
    }

    private sealed class Lease(SafeFileHandle? directory) : IDisposable
    {
        public void Dispose()
        {
            if (directory is not null)
                _ = Libc.FLock(directory, Libc.Unlock);
        }
    }
}
