using Cairn.Layers;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests.Kit;

/// <summary>The way of systems that offer no handles of directories, forced on this one.</summary>
public class PortableHarness : LocalHarness
{
    internal override LocalPlatform Platform { get; } = new(UsesHandles: false, WindowsNames: false);
}

/// <summary>The same with the names that Windows can hold.</summary>
public sealed class WindowsNamesHarness : PortableHarness
{
    internal override LocalPlatform Platform { get; } = new(UsesHandles: false, WindowsNames: true);
}

/// <summary>A view on a directory of a store.</summary>
public sealed class PrefixHarness : LocalHarness
{
    protected override string Below => "some/prefix";

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) =>
        (await ConnectAsync(cancellationToken)).WithPrefix(StorePath.Parse(Below) / path);

    protected override StoreDriver Decorate(StoreDriver driver) => driver.WithPrefix(Below);
}
