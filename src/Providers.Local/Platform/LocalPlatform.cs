using Cairn.Providers.Local.Platform.Linux;
using Cairn.Providers.Local.Platform.Portable;

namespace Cairn.Providers.Local.Platform;

/// <summary>The rules and mechanisms that a store uses. Tests can select others than those of this machine.</summary>
/// <param name="UsesHandles">true to resolve paths relative to the handle of the root in the kernel, if supported.</param>
/// <param name="WindowsNames">true to refuse names that Windows does not support.</param>
internal sealed record LocalPlatform(bool UsesHandles, bool WindowsNames)
{
    /// <summary>Gets the platform of this machine.</summary>
    public static LocalPlatform Current { get; } = new(UsesHandles: OperatingSystem.IsLinux(), WindowsNames: OperatingSystem.IsWindows());

    /// <summary>Gets a function that wraps each opened file system, for example with a recorder. Default: none.</summary>
    public Func<LocalFileSystem, LocalFileSystem> Wrap { get; init; } = static files => files;

    /// <summary>Opens a root, which need not exist.</summary>
    public LocalFileSystem Open(string root) => Wrap((UsesHandles ? LinuxFileSystem.TryOpen(root) : null) ?? (LocalFileSystem)new PortableFileSystem(root));
}
