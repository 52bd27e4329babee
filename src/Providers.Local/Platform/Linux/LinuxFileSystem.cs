using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform.Linux;

/// <summary>Linux: every path is resolved by the kernel below an open handle of the root, so a link cannot lead out of it, whenever it is put there.</summary>
/// <remarks>The root is opened once. Renamed while in use, it stays the root; removed, it is looked up anew by its path.</remarks>
internal sealed class LinuxFileSystem : LinuxFileAccess
{
    private readonly string _root;
    private readonly ulong _resolve;
    private readonly Lock _opening = new();
    private SafeFileHandle? _handle;

    private LinuxFileSystem(string root, bool hasAttributes, bool hasLocks)
        : base(hasAttributes)
    {
        (_root, HasLocks) = (root, hasLocks);
        // Nothing lies outside of "/", and absolute links are common in it: they resolve as they always do.
        _resolve = Libc.ResolveNoMagicLinks | (root == "/" ? Libc.ResolveInRoot : (ulong)Libc.ResolveBeneath);
    }

    /// <inheritdoc/>
    public override bool HasLocks { get; }

    /// <inheritdoc/>
    public override bool ClosesBeforeRename => false;

    /// <summary>Opens a root, which may be missing.</summary>
    /// <returns>Null where the kernel or its sandbox does not offer what is needed.</returns>
    public static unsafe LinuxFileSystem? TryOpen(string root)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
            return null;
        var existing = root;
        int fd;
        while ((fd = Libc.Open(existing, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0)) < 0 && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;
        if (fd < 0)
            return null;
        using var probe = new SafeFileHandle(fd, ownsHandle: true);
        var opened = Libc.OpenAt2(probe, ".", new OpenHow { Flags = (ulong)(Libc.PathOnly | Libc.CloseOnExec), Resolve = Libc.ResolveBeneath });
        if (opened < 0)
            return null;
        new SafeFileHandle(opened, ownsHandle: true).Dispose();
        var hasAttributes = Libc.FGetXAttr(probe, ImplicitMark, null, 0) >= 0 || Marshal.GetLastPInvokeError() == Errno.NoData;
        var hasLocks = Libc.FLock(probe, Libc.LockShared | Libc.LockNonBlocking) == 0 || Marshal.GetLastPInvokeError() == Errno.TryAgain;
        return new(root, hasAttributes, hasLocks);
    }

    /// <inheritdoc/>
    public override LocalDirectory? OpenDirectory(StorePath path) =>
        Open(path, Libc.ReadOnly | Libc.Directory, out var handle) switch
        {
            0 => new LinuxDirectory(this, handle!),
            Errno.NoEntry => null,
            Errno.NotDirectory => throw new NotADirectoryException(path),
            var error => throw new LinuxException("openat2", error),
        };

    /// <inheritdoc/>
    public override unsafe LocalFacts? Stat(StorePath path, bool withAttributes, out byte[]? attributes)
    {
        attributes = null;
        var error = Open(path, Libc.PathOnly, out var handle);
        if (error is Errno.NoEntry or Errno.NotDirectory)
            return null;
        if (error != 0)
            throw new LinuxException("openat2", error);
        using (handle)
        {
            var facts = FactsOf(handle!);
            if (withAttributes && HasAttributes && facts.Kind == LocalKind.File)
                attributes = ReadAttributes(handle!, byPath: true);
            return facts;
        }
    }

    /// <inheritdoc/>
    public override LocalFacts? Follow(StorePath link)
    {
        switch (TryOpenBelow(link, Libc.PathOnly, out var handle))
        {
            case 0:
                using (handle)
                    return FactsOf(handle!);
            case Errno.NoEntry or Errno.NotDirectory or Errno.CrossDevice or Errno.LinkLoop or Errno.AccessDenied or Errno.NotPermitted:
                return null;
            case var error:
                throw new LinuxException("openat2", error);
        }
    }

    /// <inheritdoc/>
    public override SafeFileHandle? OpenFile(StorePath path)
    {
        // Looked at first, so that a pipe or a device is never opened; looked at again, because it may have been swapped. NonBlocking keeps that case from hanging.
        if (Stat(path) is not { Kind: LocalKind.File })
            return null;
        var error = Open(path, Libc.ReadOnly | Libc.NonBlocking | Libc.NoTerminal, out var handle);
        if (error is Errno.NoEntry or Errno.NotDirectory)
            return null;
        if (error != 0)
            throw new LinuxException("openat2", error);
        if (FactsOf(handle!).Kind == LocalKind.File)
            return handle;
        handle!.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public override string Root => _root;

    /// <inheritdoc/>
    public override void MakeDirectoryAt(string path)
    {
        if (Libc.MkDir(path, 0x1FF) == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.Exists)
            throw new LinuxException("mkdir", error);
        if (!Directory.Exists(path))
            throw new NotADirectoryException(StorePath.Root);
    }

    /// <inheritdoc/>
    public override void FlushDirectoryAt(string path)
    {
        var fd = Libc.Open(path, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0);
        if (fd < 0)
            throw new LinuxException("open", Marshal.GetLastPInvokeError());
        using var directory = new SafeFileHandle(fd, ownsHandle: true);
        FlushDirectory(directory);
    }

    /// <inheritdoc/>
    public override LocalVolume? OpenVolume() =>
        Open(StorePath.Root, Libc.ReadOnly | Libc.Directory, out var directory) == 0 ? LinuxVolume.TryMake(directory!, FactsOf(directory!).Device) : null;

    /// <inheritdoc/>
    public override void Dispose() => _handle?.Dispose();

    private int Open(StorePath path, int flags, out SafeFileHandle? handle) =>
        TryOpenBelow(path, flags, out handle) is var error and not Errno.CrossDevice ? error : throw LocalErrors.Escape(path);

    private int TryOpenBelow(StorePath path, int flags, out SafeFileHandle? handle)
    {
        handle = null;
        var how = new OpenHow { Flags = (ulong)(flags | Libc.CloseOnExec), Resolve = _resolve };
        while (true)
        {
            if (OpenRoot() is not { } root)
                return Errno.NoEntry;
            var fd = Libc.OpenAt2(root, path.IsRoot ? "." : path.Value, how);
            if (fd >= 0)
            {
                handle = new SafeFileHandle(fd, ownsHandle: true);
                // A removed root can still be opened as itself, and holds nothing.
                if (!path.IsRoot || FactsOf(handle).Links > 0)
                    return 0;
                handle.Dispose();
                Forget(root);
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            switch (error)
            {
                case Errno.Interrupted:
                    break;
                case Errno.TryAgain:
                    // The kernel could not tell whether ".." in a link stayed below the root while something was being renamed.
                    Thread.Yield();
                    break;
                case Errno.NoEntry when FactsOf(root).Links == 0:
                    Forget(root);
                    break;
                default:
                    return error;
            }
        }
    }

    private SafeFileHandle? OpenRoot()
    {
        if (Volatile.Read(ref _handle) is { } open)
            return open;
        lock (_opening)
        {
            if (_handle is not null)
                return _handle;
            var fd = Libc.Open(_root, Libc.PathOnly | Libc.Directory | Libc.CloseOnExec, 0);
            if (fd >= 0)
                return _handle = new SafeFileHandle(fd, ownsHandle: true);
            var error = Marshal.GetLastPInvokeError();
            return error switch
            {
                Errno.NoEntry => null,
                Errno.NotDirectory => throw new NotADirectoryException(StorePath.Root),
                _ => throw new LinuxException("open", error),
            };
        }
    }

    /// <summary>Lets go of the handle of a root that was removed; who still uses it gets an error, not another root.</summary>
    private void Forget(SafeFileHandle root) => Interlocked.CompareExchange(ref _handle, null, root);
}
