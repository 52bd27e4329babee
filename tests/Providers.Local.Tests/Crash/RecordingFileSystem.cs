using System.Runtime.InteropServices;
using Cairn.Providers.Local.Platform;
using Cairn.Providers.Local.Platform.Linux;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>The machine's file system, with a record of every change and flush.</summary>
/// <param name="inner">Does the work.</param>
/// <param name="log">Takes the records.</param>
/// <param name="isolated">A directory that exists on the device from the beginning; the root is in it.</param>
internal sealed class RecordingFileSystem(LocalFileSystem inner, DiskLog log, string isolated) : LocalFileSystem
{
    public override bool HasAttributes => inner.HasAttributes;

    public override bool HasLocks => inner.HasLocks;

    public override bool ClosesBeforeRename => inner.ClosesBeforeRename;

    public override string Root => inner.Root;

    public DiskLog Log => log;

    /// <summary>Runs when a directory was created and before anything flushes it.</summary>
    public Action<string>? Made { get; set; }

    /// <summary>
    /// Runs before an operation: rename, remove, lock, flush, begin flush, flush directory, copy. It gets the name that the operation is on, for a lock the directory's identity,
    /// or for a begun flush the bytes.
    /// </summary>
    public Action<string, string>? Before { get; set; }

    public override LocalDirectory? OpenDirectory(StorePath path) => inner.OpenDirectory(path) is { } directory ? new RecordingDirectory(this, directory) : null;

    public override LocalFacts? Stat(StorePath path, bool withAttributes, out byte[]? attributes) => inner.Stat(path, withAttributes, out attributes);

    public override LocalFacts? Follow(StorePath link) => inner.Follow(link);

    public override SafeFileHandle? OpenFile(StorePath path) => inner.OpenFile(path);

    public override byte[]? ReadAttributes(SafeFileHandle file) => inner.ReadAttributes(file);

    public override void WriteAttributes(SafeFileHandle file, ReadOnlySpan<byte> attributes)
    {
        lock (log.Gate)
        {
            inner.WriteAttributes(file, attributes);
            log.Add(new AttributesStep(NumberOf(file), attributes.ToArray()));
        }
    }

    public override void MakeDirectoryAt(string path)
    {
        lock (log.Gate)
        {
            var existed = Directory.Exists(path);
            inner.MakeDirectoryAt(path);
            if (existed)
                return;
            var made = FactsAt(path);
            log.Add(new EntryStep(NumberAt(Path.GetDirectoryName(path)!), Path.GetFileName(path), log.NewNumber(made.Device, made.Identity), MakesDirectory: true));
        }
        Made?.Invoke(Path.GetFileName(path));
    }

    public override void FlushDirectoryAt(string path)
    {
        lock (log.Gate)
        {
            inner.FlushDirectoryAt(path);
            log.Add(new FlushRecord(NumberAt(path)));
        }
    }

    public override LocalFacts FactsOf(SafeFileHandle file) => inner.FactsOf(file);

    public override int Read(SafeFileHandle file, Span<byte> buffer, long offset) => inner.Read(file, buffer, offset);

    public override bool TryReadCached(SafeFileHandle file, Span<byte> buffer, long offset, out int read) => inner.TryReadCached(file, buffer, offset, out read);

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset)
    {
        lock (log.Gate)
        {
            inner.Write(file, data, offset);
            if (data.Length > 0)
                log.Add(new DataStep(NumberOf(file), offset, data.ToArray()));
        }
    }

    public override void Reserve(SafeFileHandle file, long length) => inner.Reserve(file, length);

    public override void Truncate(SafeFileHandle file, long length)
    {
        lock (log.Gate)
        {
            inner.Truncate(file, length);
            log.Add(new LengthStep(NumberOf(file), length));
        }
    }

    public override void Copy(SafeFileHandle source, SafeFileHandle target, long length, Action<long>? progress, CancellationToken cancellationToken)
    {
        Before?.Invoke("copy", "");
        lock (log.Gate)
        {
            inner.Copy(source, target, length, progress, cancellationToken);
            var copied = new byte[inner.FactsOf(target).Length];
            for (var done = 0; done < copied.Length;)
                done += inner.Read(target, copied.AsSpan(done), done);
            log.Add(new DataStep(NumberOf(target), 0, copied));
        }
    }

    public override bool KeepsTimes => inner.KeepsTimes;

    public override void MakeExecutable(SafeFileHandle file)
    {
        lock (log.Gate)
        {
            inner.MakeExecutable(file);
            log.Add(new ExecutableStep(NumberOf(file)));
        }
    }

    /// <summary>Not recorded: it promises nothing.</summary>
    public override void BeginFlush(SafeFileHandle file, long offset, long length)
    {
        Before?.Invoke("begin flush", $"{offset}+{length}");
        inner.BeginFlush(file, offset, length);
    }

    public override void Stamp(SafeFileHandle file, DateTimeOffset modified)
    {
        lock (log.Gate)
        {
            inner.Stamp(file, modified);
            log.Add(new StampStep(NumberOf(file), inner.FactsOf(file).Modified));
        }
    }

    public override void Flush(SafeFileHandle file)
    {
        Before?.Invoke("flush", "");
        lock (log.Gate)
        {
            inner.Flush(file);
            log.Add(new FlushRecord(NumberOf(file)));
        }
    }

    public override LocalVolume? OpenVolume() => inner.Stat(StorePath.Root) is { } root ? new RecordingVolume(log, root.Device) : null;

    public override bool TryClaim(SafeFileHandle staged) => inner.TryClaim(staged);

    public override void Release(SafeFileHandle staged) => inner.Release(staged);

    public override void ExpectSequentialRead(SafeFileHandle file) => inner.ExpectSequentialRead(file);

    public override void Dispose() => inner.Dispose();

    private int NumberOf(SafeFileHandle file)
    {
        var facts = inner.FactsOf(file);
        return log.NumberOf(facts.Device, facts.Identity);
    }

    /// <summary>The number of a directory by its path: 0 for the one that exists from the beginning.</summary>
    private int NumberAt(string path)
    {
        if (path == isolated)
            return 0;
        var facts = FactsAt(path);
        return log.NumberOf(facts.Device, facts.Identity);
    }

    private LocalFacts FactsAt(string path)
    {
        var fd = Libc.Open(path, Libc.PathOnly | Libc.CloseOnExec, 0);
        if (fd < 0)
            throw new IOException($"{path}: {Marshal.GetLastPInvokeError()}");
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        return inner.FactsOf(handle);
    }

    private sealed class RecordingVolume(DiskLog log, ulong device) : LocalVolume
    {
        public override ulong Device => device;

        public override void Flush()
        {
            lock (log.Gate)
                log.Add(new FlushRecord(null));
        }

        public override void Dispose()
        {
        }
    }
}
