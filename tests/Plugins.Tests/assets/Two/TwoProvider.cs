using Acme.Greeting;
using Cairn.Providers;

namespace Acme;

[StoreFlavor("two", "two", Description = "Greets with version 2.")]
public sealed class TwoProvider : IStoreProvider
{
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult<StoreDriver>(new SingleFileDriver(context.Root, () => new Greeter("Good day").Greet("you")));
}

/// <summary>Holds on to itself from a shared class, so that it cannot be unloaded.</summary>
[StoreFlavor("clingy", "clingy", Description = "Cannot be unloaded.")]
public sealed class ClingyProvider : IStoreProvider
{
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        AppContext.SetData("acme-clingy", this);
        return ValueTask.FromResult<StoreDriver>(new SingleFileDriver(context.Root, () => "held"));
    }
}
