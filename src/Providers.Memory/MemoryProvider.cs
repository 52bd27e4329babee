using System.Collections.Concurrent;

namespace Cairn.Providers.Memory;

/// <summary>The <c>memory</c> flavor: stores that live in this process, for tests and scratch.</summary>
/// <remarks>
/// Stores that one provider instance opens on one name share their content (<c>mem://name</c>, and <c>mem://name/prefix</c> as a part of it), and it lives as long as the
/// instance. Two instances share nothing, so tests cannot meet each other. Safe to use from many threads.
/// </remarks>
[StoreFlavor("memory", "mem", Description = "Stores in the memory of this process, for tests and scratch.", Options = typeof(MemoryOptions))]
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

    /// <summary>What the stores of a name share.</summary>
    internal MemorySpace SpaceOf(string name) => _spaces.GetOrAdd(name, static _ => new MemorySpace());
}
