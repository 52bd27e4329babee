using System.Diagnostics.CodeAnalysis;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Flavors;

/// <summary>The flavors of a program. Their names and schemes are known immediately; descriptors and providers are created on first use.</summary>
/// <remarks>Thread-safe. Flavors can be added but not replaced or removed: a name or a scheme belongs to one flavor.</remarks>
public sealed class FlavorRegistry
{
    private readonly Lock _gate = new();
    private readonly List<Flavor> _flavors = [];
    private readonly Dictionary<string, StoreFault> _refused = new(StringComparer.Ordinal);
    private Action<FlavorRegistry>? _more;

    /// <summary>Adds a provider.</summary>
    /// <exception cref="ArgumentException">The type has no valid <see cref="StoreFlavorAttribute"/>, or the name or a scheme of the flavor is in
    /// use.</exception>
    public FlavorRegistry Add(IStoreProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var descriptor = FlavorDescriptor.Of(provider.GetType());
        return Add(descriptor.Name, descriptor.Schemes, () => descriptor, _ => ValueTask.FromResult(provider));
    }

    /// <summary>Adds a provider by its type.</summary>
    /// <exception cref="ArgumentException">The type has no valid <see cref="StoreFlavorAttribute"/>, or the name or a scheme of the flavor is in
    /// use.</exception>
    public FlavorRegistry Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TProvider>()
        where TProvider : IStoreProvider, new()
    {
        var descriptor = FlavorDescriptor.Of(typeof(TProvider));
        return Add(descriptor.Name, descriptor.Schemes, () => descriptor, static _ => ValueTask.FromResult<IStoreProvider>(new TProvider()));
    }

    /// <summary>Adds a flavor of which only the name and the schemes are known, such as a flavor of a plugin.</summary>
    /// <param name="name">The name of the flavor.</param>
    /// <param name="schemes">The URI schemes of the flavor.</param>
    /// <param name="describe">Returns the descriptor; called on first use, until it succeeds once.</param>
    /// <param name="load">Returns the provider; called when a store of the flavor is first opened, until it succeeds once.</param>
    /// <exception cref="ArgumentException">The name or a scheme of the flavor is in use.</exception>
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
    /// Defers adding further flavors, such as those of plugins, until an unknown flavor or all flavors are requested. <paramref name="add"/> is then called
    /// until it succeeds once; flavors that were added before keep their names and schemes.
    /// </summary>
    public FlavorRegistry AddWhenNeeded(Action<FlavorRegistry> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        lock (_gate)
            _more += add;
        return this;
    }

    /// <summary>Gets the descriptors of all flavors, ordered by name.</summary>
    public IReadOnlyList<FlavorDescriptor> List()
    {
        AddMore();
        Flavor[] all;
        lock (_gate)
            all = [.. _flavors];
        return Array.ConvertAll(all, f => f.Descriptor);
    }

    /// <summary>Returns true if a flavor with this name exists.</summary>
    public bool Contains(string flavor)
    {
        ArgumentNullException.ThrowIfNull(flavor);
        return TryFind(flavor) is not null;
    }

    /// <summary>Returns the descriptor of a flavor.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the flavor is unknown; the message lists the available
    /// ones.</exception>
    public FlavorDescriptor Describe(string flavor) => Find(flavor).Descriptor;

    /// <summary>Returns the flavor of a scheme, or null if there is none.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: several plugins declare the scheme and none is preferred; the
    /// message names them.</exception>
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

    /// <summary>Returns the flavor of a scheme.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no flavor has this scheme; the message lists the available
    /// schemes.</exception>
    public string RequireFlavorOfScheme(string scheme)
    {
        if (FlavorOfScheme(scheme) is { } flavor)
            return flavor;
        lock (_gate)
            throw Invalid($"no flavor serves '{ErrorText.Escape(scheme)}://'; available: {ErrorText.List(_flavors.SelectMany(f => f.Schemes).Order(StringComparer.Ordinal).Select(s => s + "://"))}");
    }

    /// <summary>Returns the provider of a flavor, which the first call creates or loads.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the flavor is unknown; the message lists the available
    /// ones.</exception>
    public ValueTask<IStoreProvider> GetProviderAsync(string flavor, CancellationToken cancellationToken = default) => Find(flavor).GetProviderAsync(cancellationToken);

    /// <summary>Refuses a scheme that no flavor has with a specific reason, for example if two plugins declare it.</summary>
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

    /// <summary>
    /// Adds the deferred flavors; returns false if there are none. The delegate uses this registry on the same thread, which must not add them again.
    /// </summary>
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
