using System.Diagnostics.CodeAnalysis;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Flavors;

/// <summary>The flavors that a program knows. What a flavor is called and serves is known at once; its descriptor and its provider are made when first asked for.</summary>
/// <remarks>Safe to use from many threads. Flavors are added, never replaced or taken away: a name or a scheme belongs to one flavor.</remarks>
public sealed class FlavorRegistry
{
    private readonly Lock _gate = new();
    private readonly List<Flavor> _flavors = [];
    private readonly Dictionary<string, StoreFault> _refused = new(StringComparer.Ordinal);
    private Action<FlavorRegistry>? _more;

    /// <summary>Adds a provider.</summary>
    /// <exception cref="ArgumentException">Its class has no valid <see cref="StoreFlavorAttribute"/>, or the flavor's name or a scheme is taken.</exception>
    public FlavorRegistry Add(IStoreProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var descriptor = FlavorDescriptor.Of(provider.GetType());
        return Add(descriptor.Name, descriptor.Schemes, () => descriptor, _ => ValueTask.FromResult(provider));
    }

    /// <summary>Adds a provider by its class.</summary>
    /// <exception cref="ArgumentException">The class has no valid <see cref="StoreFlavorAttribute"/>, or the flavor's name or a scheme is taken.</exception>
    public FlavorRegistry Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TProvider>()
        where TProvider : IStoreProvider, new()
    {
        var descriptor = FlavorDescriptor.Of(typeof(TProvider));
        return Add(descriptor.Name, descriptor.Schemes, () => descriptor, static _ => ValueTask.FromResult<IStoreProvider>(new TProvider()));
    }

    /// <summary>Adds a flavor of which only name and schemes are known yet, such as one that a plugin brings.</summary>
    /// <param name="name">The flavor's name.</param>
    /// <param name="schemes">The URI schemes that it serves.</param>
    /// <param name="describe">Gives the descriptor; called at most once with success, when somebody asks for it.</param>
    /// <param name="load">Gives the provider; called at most once with success, when a store of the flavor is opened.</param>
    /// <exception cref="ArgumentException">The flavor's name or a scheme is taken.</exception>
    public FlavorRegistry Add(
        string name, IReadOnlyList<string> schemes, Func<FlavorDescriptor> describe, Func<CancellationToken, ValueTask<IStoreProvider>> load)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(schemes);
        ArgumentNullException.ThrowIfNull(describe);
        ArgumentNullException.ThrowIfNull(load);
        var flavor = new Flavor(name, [.. schemes], describe, load);
        lock (_gate)
        {
            foreach (var other in _flavors)
            {
                if (other.Name == name)
                    throw new ArgumentException($"A flavor '{name}' is registered already.", nameof(name));
                if (Array.Find(flavor.Schemes, other.Serves) is { } taken)
                    throw new ArgumentException($"The scheme '{taken}' of flavor '{name}' is served by flavor '{other.Name}' already.", nameof(schemes));
            }
            _flavors.Add(flavor);
            _flavors.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        }
        return this;
    }

    /// <summary>
    /// Leaves the adding of further flavors, such as those of plugins, to the moment when one is asked for that is not here yet, or all are. Then <paramref name="add"/> is called,
    /// once with success; what was added before keeps its names and schemes.
    /// </summary>
    public FlavorRegistry AddWhenNeeded(Action<FlavorRegistry> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        lock (_gate)
            _more += add;
        return this;
    }

    /// <summary>Every flavor's descriptor, in the order of their names.</summary>
    public IReadOnlyList<FlavorDescriptor> List()
    {
        AddMore();
        Flavor[] all;
        lock (_gate)
            all = [.. _flavors];
        return Array.ConvertAll(all, f => f.Descriptor);
    }

    /// <summary>Whether there is a flavor of this name.</summary>
    public bool Contains(string flavor)
    {
        ArgumentNullException.ThrowIfNull(flavor);
        return TryFind(flavor) is not null;
    }

    /// <summary>A flavor's descriptor.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no such flavor; the message lists what there is.</exception>
    public FlavorDescriptor Describe(string flavor) => Find(flavor).Descriptor;

    /// <summary>The flavor that serves a scheme; null when none does.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: several plugins claim the scheme and none is preferred; the message names them.</exception>
    public string? FlavorOfScheme(string scheme)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        return Serving(scheme) ?? (AddMore() ? Serving(scheme) : null);

        string? Serving(string scheme)
        {
            lock (_gate)
                return _refused.TryGetValue(scheme, out var refusal) ? throw new StoreException(refusal) : _flavors.Find(f => f.Serves(scheme))?.Name;
        }
    }

    /// <summary>The flavor that serves a scheme.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: none does; the message lists the schemes that are served.</exception>
    public string RequireFlavorOfScheme(string scheme)
    {
        if (FlavorOfScheme(scheme) is { } flavor)
            return flavor;
        lock (_gate)
            throw Invalid($"no flavor serves '{ErrorText.Escape(scheme)}://'; available: {ErrorText.List(_flavors.SelectMany(f => f.Schemes).Order(StringComparer.Ordinal).Select(s => s + "://"))}");
    }

    /// <summary>A flavor's provider, made or loaded on the first call.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no such flavor; the message lists what there is.</exception>
    public ValueTask<IStoreProvider> GetProviderAsync(string flavor, CancellationToken cancellationToken = default) => Find(flavor).GetProviderAsync(cancellationToken);

    /// <summary>Refuses a scheme that no flavor serves with a reason of its own, such as two plugins that both claim it.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="refusal">The reason and the advice.</param>
    public void Refuse(string scheme, StoreFault refusal)
    {
        lock (_gate)
            _refused[scheme] = refusal;
    }

    private static StoreException Invalid(string reason) => new(StoreErrorCode.InvalidConfiguration, reason);

    private Flavor Find(string flavor)
    {
        ArgumentNullException.ThrowIfNull(flavor);
        if (TryFind(flavor) is { } found)
            return found;
        lock (_gate)
            throw Invalid($"there is no flavor '{ErrorText.Escape(flavor)}'; available: {ErrorText.List(_flavors.Select(f => f.Name))}");
    }

    private Flavor? TryFind(string flavor)
    {
        return Named() ?? (AddMore() ? Named() : null);

        Flavor? Named()
        {
            lock (_gate)
                return _flavors.Find(f => f.Name == flavor);
        }
    }

    /// <summary>Adds what was left for later; false when there is nothing. What it adds asks this registry, on the same thread, which must then not add again.</summary>
    private bool AddMore()
    {
        lock (_gate)
        {
            if (_more is not { } more)
                return false;
            _more = null;
            try
            {
                more(this);
            }
            catch
            {
                _more = more;
                throw;
            }
            return true;
        }
    }

    private sealed class Flavor(string name, string[] schemes, Func<FlavorDescriptor> describe, Func<CancellationToken, ValueTask<IStoreProvider>> load)
    {
        private readonly SemaphoreSlim _loading = new(1);
        private FlavorDescriptor? _descriptor;
        private IStoreProvider? _provider;

        public string Name => name;

        public string[] Schemes => schemes;

        public FlavorDescriptor Descriptor => LazyInitializer.EnsureInitialized(ref _descriptor, describe);

        public bool Serves(string scheme) => Array.IndexOf(schemes, scheme) >= 0;

        public async ValueTask<IStoreProvider> GetProviderAsync(CancellationToken cancellationToken)
        {
            if (_provider is { } known)
                return known;
            await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return _provider ??= await load(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _loading.Release();
            }
        }
    }
}
