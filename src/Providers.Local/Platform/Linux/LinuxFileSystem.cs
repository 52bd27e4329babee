using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform.Linux;

/// <summary>
/// The Linux implementation: the kernel resolves every path below an open handle of the root, so a link cannot lead outside it at any time.
/// </summary>
/// <remarks>The root is opened once. If it is renamed while in use, it remains the root; if it is removed, it is looked up again by its path.</remarks>
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
        // Nothing is outside "/", and absolute links are common in it: they are resolved as usual.
        _resolve = Libc.ResolveNoMagicLinks | (root == "/" ? Libc.ResolveInRoot : (ulong)Libc.ResolveBeneath);
    }

    /// <inheritdoc/>
    public override bool HasLocks { get; }

    /// <inheritdoc/>
    public override bool ClosesBeforeRename => false;

    /// <summary>Opens a root, which need not exist.</summary>
    /// <returns>The file system, or null if the kernel or its sandbox lacks a required feature.</returns>
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
        // The entry is checked before it is opened, so a pipe or a device is never opened, and again afterwards because it may have been replaced.
        // NonBlocking prevents that case from hanging.
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
                // A removed root can still be opened through its handle, and is empty.
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
                    // The kernel could not determine whether ".." in a link stayed below the root during a concurrent rename.
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

    /// <summary>Releases the handle of a removed root. Current users of the handle get an error and not another root.</summary>
    private void Forget(SafeFileHandle root) => Interlocked.CompareExchange(ref _handle, null, root);
}
