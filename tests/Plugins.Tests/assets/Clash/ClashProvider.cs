using Cairn.Providers;

namespace Acme;

[StoreFlavor("clash", "one", "clash", Description = "Claims the scheme of another plugin.")]
public sealed class ClashProvider : IStoreProvider
{
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult<StoreDriver>(new SingleFileDriver(context.Root, () => "clash"));
}
