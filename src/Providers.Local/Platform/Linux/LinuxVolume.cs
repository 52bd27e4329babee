using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform.Linux;

/// <summary>A volume identified by an open directory on it.</summary>
internal sealed class LinuxVolume : LocalVolume
{
    private const long Ext = 0xEF53, Xfs = 0x58465342, Btrfs = 0x9123683E;
    private readonly SafeFileHandle _directory;

    private LinuxVolume(SafeFileHandle directory, ulong device) => (_directory, Device) = (directory, device);

    /// <inheritdoc/>
    public override ulong Device { get; }

    /// <summary>Creates a volume if the flush of its file system is known to reach the device.</summary>
    /// <returns>The volume, or null for other file systems, such as network file systems and those of user processes; the handle is then closed.</returns>
    public static unsafe LinuxVolume? TryMake(SafeFileHandle directory, ulong device)
    {
        var facts = stackalloc long[16];
        if (Libc.FStatFs(directory, facts) == 0 && facts[0] is Ext or Xfs or Btrfs)
            return new(directory, device);
        directory.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        while (Libc.SyncFs(_directory) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not Errno.Interrupted)
                throw new LinuxException("syncfs", error);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _directory.Dispose();
}
