using Cairn.Providers.Local.Platform.Linux;
using Cairn.Providers.Local.Platform.Portable;

namespace Cairn.Providers.Local.Platform;

/// <summary>Which rules and which means a store uses; tests choose others than the machine's own.</summary>
/// <param name="UsesHandles">Whether paths are resolved by the kernel below the root's handle, where it can.</param>
/// <param name="WindowsNames">Whether names are refused that Windows cannot hold.</param>
internal sealed record LocalPlatform(bool UsesHandles, bool WindowsNames)
{
    /// <summary>What this machine has.</summary>
    public static LocalPlatform Current { get; } = new(UsesHandles: OperatingSystem.IsLinux(), WindowsNames: OperatingSystem.IsWindows());

    /// <summary>Puts something in front of each file system that is opened, such as a recorder; by default nothing.</summary>
    public Func<LocalFileSystem, LocalFileSystem> Wrap { get; init; } = static files => files;

    /// <summary>Opens a root, which may be missing.</summary>
    public LocalFileSystem Open(string root) => Wrap((UsesHandles ? LinuxFileSystem.TryOpen(root) : null) ?? (LocalFileSystem)new PortableFileSystem(root));
}
