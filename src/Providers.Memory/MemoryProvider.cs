using System.Collections.Concurrent;

namespace Cairn.Providers.Memory;

/// <summary>The <c>memory</c> flavor: stores in the memory of this process, for tests and temporary data.</summary>
/// <remarks>
/// Stores that one provider instance opens with the same name share their content (<c>mem://name</c>, and <c>mem://name/prefix</c> as a part of it), which
/// exists as long as the instance. Different instances share nothing, so tests do not affect each other. Thread-safe.
/// </remarks>
[StoreFlavor("memory", "mem", Description = "Stores in the memory of this process, for tests and temporary data.", Options = typeof(MemoryOptions))]
public sealed class MemoryProvider : IStoreProvider
{
    private readonly ConcurrentDictionary<string, MemorySpace> _spaces = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        if (context.Root.Scheme != "mem")
            throw MemoryErrors.WrongScheme(context.Root);
        var options = StoreOptions.Bind<MemoryOptions>(context.Options);
        return new(new MemoryDriver(context.Root, SpaceOf(context.Root.Container), options, context.TimeProvider));
    }

    /// <summary>Returns the space shared by the stores with a name.</summary>
    internal MemorySpace SpaceOf(string name) => _spaces.GetOrAdd(name, static _ => new MemorySpace());
}
