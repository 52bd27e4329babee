using Cairn.Providers;

namespace Acme;

[StoreFlavor("clash", "one", "clash", Description = "Claims the scheme of another plugin.")]
public sealed class ClashProvider : IStoreProvider
{
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult<StoreDriver>(new SingleFileDriver(context.Root, () => "clash"));
}

/// <summary>Wants a library that the program has and the plugin does not.</summary>
[StoreFlavor("needy", "needy", Description = "Wants what is not in its folder.")]
public sealed class NeedyProvider : IStoreProvider
{
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult<StoreDriver>(new SingleFileDriver(context.Root, () => System.Reflection.Assembly.Load("Shouldly").FullName!));
}
