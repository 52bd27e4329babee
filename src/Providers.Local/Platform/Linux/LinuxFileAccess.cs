using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform.Linux;

/// <summary>Operations on open files in Linux.</summary>
internal abstract unsafe class LinuxFileAccess(bool hasAttributes) : LocalFileSystem
{
    /// <summary>The extended attribute of a directory that is removed with its last entry.</summary>
    public const string ImplicitMark = "user.cairn.implicit";

    private const int OwnerExecutes = 0x40, AllRead = 0x124;

    private const string FileAttributes = "user.cairn.file";

    private static uint _lastStamp = (uint)Random.Shared.Next(100);

    /// <inheritdoc/>
    public override bool HasAttributes { get; } = hasAttributes;

    /// <inheritdoc/>
    public override LocalFacts FactsOf(SafeFileHandle file)
    {
        StatX stat;
        if (Libc.StatX(file, "", Libc.EmptyPath, &stat) != 0)
            throw new LinuxException("statx", Marshal.GetLastPInvokeError());
        return FactsOf(stat);
    }

    public static LocalFacts FactsOf(in StatX stat)
    {
        var kind = (stat.Mode & 0xF000) switch { 0x8000 => LocalKind.File, 0x4000 => LocalKind.Directory, 0xA000 => LocalKind.Link, _ => LocalKind.Special };
        return new(kind, (long)stat.Size, stat.ModifiedSeconds, stat.ModifiedNanoseconds, stat.Inode, ((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor,
            stat.Links)
        { IsExecutable = kind == LocalKind.File && (stat.Mode & OwnerExecutes) != 0 };
    }

    /// <inheritdoc/>
    public override int Read(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        fixed (byte* start = buffer)
        {
            nint read;
            while ((read = Libc.PRead(file, start, (nuint)buffer.Length, offset)) < 0)
                ThrowUnlessInterrupted("pread");
            return (int)read;
        }
    }

    /// <inheritdoc/>
    public override bool TryReadCached(SafeFileHandle file, Span<byte> buffer, long offset, out int read)
    {
        fixed (byte* start = buffer)
        {
            var vector = new IoVector { Base = start, Length = (nuint)buffer.Length };
            read = (int)Libc.PReadV2(file, &vector, 1, offset, Libc.NoWait);
            return read >= 0;
        }
    }

    /// <inheritdoc/>
    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset)
    {
        fixed (byte* start = data)
        {
            for (var done = 0; done < data.Length;)
            {
                var written = Libc.PWrite(file, start + done, (nuint)(data.Length - done), offset + done);
                if (written < 0)
                    ThrowUnlessInterrupted("pwrite");
                else
                    done += (int)written;
            }
        }
    }

    /// <inheritdoc/>
    public override void Reserve(SafeFileHandle file, long length)
    {
        while (Libc.FAllocate(file, Libc.KeepSize, 0, length) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is Errno.NotSupported or Errno.NotImplemented or Errno.Invalid)
                return;
            if (error != Errno.Interrupted)
                throw new LinuxException("fallocate", error);
        }
    }

    /// <inheritdoc/>
    public override void Truncate(SafeFileHandle file, long length)
    {
        while (Libc.FTruncate(file, length) != 0)
            ThrowUnlessInterrupted("ftruncate");
    }

    /// <inheritdoc/>
    public override void Copy(SafeFileHandle source, SafeFileHandle target, long length, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (length == 0)
            return;
        if (Libc.IOControl(target, Libc.CloneFile, source.DangerousGetHandle()) == 0)
        {
            progress?.Invoke(length);
            return;
        }
        for (long from = 0; from < length;)
        {
            // Copies only the data between holes. A file system that does not report holes has none.
            var data = Libc.LSeek(source, from, Libc.SeekData);
            if (data < 0 && Marshal.GetLastPInvokeError() == Errno.NoSuchPlace)
                data = length;
            data = data < 0 ? from : Math.Min(data, length);
            var hole = data == length ? length : Libc.LSeek(source, data, Libc.SeekHole);
            hole = hole <= data ? length : Math.Min(hole, length);
            progress?.Invoke(data - from);
            if (!CopyRange(source, target, data, hole, progress, cancellationToken))
                return;
            from = hole;
        }
        Truncate(target, length);
    }

    /// <returns>false if the source ended before the end of the range.</returns>
    private bool CopyRange(SafeFileHandle source, SafeFileHandle target, long from, long end, Action<long>? progress, CancellationToken cancellationToken)
    {
        var to = from;
        while (from < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var copied = Libc.CopyFileRange(source, &from, target, &to, (nuint)Math.Min(end - from, 16 << 20), 0);
            if (copied == 0)
                return false;
            if (copied > 0)
            {
                progress?.Invoke(copied);
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            if (error is Errno.CrossDevice or Errno.Invalid or Errno.NotImplemented or Errno.NotSupported or Errno.NotPermitted)
                return CopyThroughMemory(source, target, from, end, progress, cancellationToken);
            if (error != Errno.Interrupted)
                throw new LinuxException("copy_file_range", error);
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool KeepsTimes => true;

    /// <inheritdoc/>
    public override void MakeExecutable(SafeFileHandle file)
    {
        StatX stat;
        if (Libc.StatX(file, "", Libc.EmptyPath, &stat) != 0)
            throw new LinuxException("statx", Marshal.GetLastPInvokeError());
        // Everyone who can read the file can execute it; the umask of the process has already been applied.
        var mode = (stat.Mode & 0xFFF) | ((stat.Mode & AllRead) >> 2);
        if (Libc.FChMod(file, (uint)mode) != 0)
            throw new LinuxException("fchmod", Marshal.GetLastPInvokeError());
    }

    /// <inheritdoc/>
    public override void Stamp(SafeFileHandle file, DateTimeOffset modified)
    {
        // The clock has a resolution of 100 ns and the file system of 1 ns: the two additional digits distinguish versions with the same clock time.
        var ticks = modified.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        var times = stackalloc TimeSpec[2];
        times[0].Nanoseconds = Libc.OmitTime;
        times[1] = new TimeSpec { Seconds = seconds, Nanoseconds = (rest * 100) + (Interlocked.Increment(ref _lastStamp) % 100) };
        if (Libc.FUTimeNs(file, times) != 0)
            throw new LinuxException("futimens", Marshal.GetLastPInvokeError());
    }

    /// <summary>Only a hint: the flush reports errors.</summary>
    public override void BeginFlush(SafeFileHandle file, long offset, long length) => _ = Libc.SyncFileRange(file, offset, length, Libc.BeginWrite);

    /// <inheritdoc/>
    public override void Flush(SafeFileHandle file)
    {
        while (Libc.FSync(file) != 0)
            ThrowUnlessInterrupted("fsync");
    }

    /// <summary>Flushes a directory. A file system that does not support this (some network file systems) reports "invalid" and needs no flush.</summary>
    public static void FlushDirectory(SafeFileHandle directory)
    {
        while (Libc.FSync(directory) != 0)
        {
            if (Marshal.GetLastPInvokeError() == Errno.Invalid)
                return;
            ThrowUnlessInterrupted("fsync of a directory");
        }
    }

    /// <inheritdoc/>
    public override bool TryClaim(SafeFileHandle staged) => Libc.FLock(staged, Libc.LockExclusive | Libc.LockNonBlocking) == 0;

    /// <inheritdoc/>
    public override void Release(SafeFileHandle staged) => _ = Libc.FLock(staged, Libc.Unlock);

    /// <inheritdoc/>
    public override void ExpectSequentialRead(SafeFileHandle file) => _ = Libc.FAdvise(file, 0, 0, Libc.Sequential);

    /// <inheritdoc/>
    public override byte[]? ReadAttributes(SafeFileHandle file) => HasAttributes ? ReadAttributes(file, byPath: false) : null;

    /// <inheritdoc/>
    public override void WriteAttributes(SafeFileHandle file, ReadOnlySpan<byte> attributes)
    {
        fixed (byte* value = attributes)
        {
            if (Libc.FSetXAttr(file, FileAttributes, value, (nuint)attributes.Length, 0) == 0)
                return;
        }
        var error = Marshal.GetLastPInvokeError();
        throw error is Errno.NoSpace or Errno.OutOfRange or 7 ? LocalErrors.AttributesTooLarge(attributes.Length) : new LinuxException("fsetxattr", error);
    }

    /// <summary>Reads the attribute. For a handle that was opened as a path, reads it through /proc.</summary>
    protected static byte[]? ReadAttributes(SafeFileHandle file, bool byPath)
    {
        const int AtOnce = 1024, Most = 64 << 10;
        var small = stackalloc byte[AtOnce];
        var length = Get(small, AtOnce);
        if (length >= 0)
            return new ReadOnlySpan<byte>(small, (int)length).ToArray();
        var error = Marshal.GetLastPInvokeError();
        if (error == Errno.OutOfRange)
        {
            var large = new byte[Most];
            fixed (byte* start = large)
                length = Get(start, Most);
            if (length >= 0)
                return large[..(int)length];
            error = Marshal.GetLastPInvokeError();
        }
        // A process may have access to the metadata of a file but not to its content and attributes; without /proc, attributes are not available either.
        if (error is Errno.NoData or Errno.NotSupported || (byPath && error is Errno.AccessDenied or Errno.NotPermitted or Errno.NoEntry))
            return null;
        throw new LinuxException("getxattr", error);

        nint Get(byte* value, nuint size) =>
            byPath ? Libc.GetXAttr($"/proc/self/fd/{file.DangerousGetHandle()}", FileAttributes, value, size) : Libc.FGetXAttr(file, FileAttributes, value, size);
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.Interrupted)
            throw new LinuxException(call, error);
    }
}
