using System.Collections.Concurrent;
using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Providers;

namespace Cairn.Addresses;

/// <summary>Finds the store of a URI, and opens one store per scheme and container.</summary>
internal sealed class StoreResolver(ArtifactStoreOptions options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (IStoreProvider Provider, IReadOnlyDictionary<string, string>? Values)> _providers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<StoreUri, Func<CancellationToken, ValueTask<ArtifactStore>>> _registered = new();
    private readonly ConcurrentQueue<FlavorRegistry> _flavors = new();
    private readonly OpenedStores<StoreUri> _opened = new(typeof(StoreIo));

    public void Add(FlavorDescriptor flavor, IStoreProvider provider, IReadOnlyDictionary<string, string>? values)
    {
        foreach (var scheme in flavor.Schemes)
            _providers[scheme] = (provider, values);
    }

    public void Add(FlavorRegistry flavors) => _flavors.Enqueue(flavors);

    public void Add(ArtifactStore store) => Add(store.Root, _ => new(store));

    public void Add(StoreUri root, Func<CancellationToken, ValueTask<ArtifactStore>> open) => _registered[root] = open;

    public async ValueTask<StoreLocation> ResolveAsync(StoreUri uri, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_opened.IsDisposed, typeof(StoreIo));
        cancellationToken.ThrowIfCancellationRequested();
        if (!_registered.IsEmpty)
        {
            for (var root = uri; ; root = root.WithPath(root.Path.Parent))
            {
                if (_registered.TryGetValue(root, out var open))
                    return new(await open(cancellationToken).ConfigureAwait(false), uri.Path.RelativeTo(root.Path));
                if (root.Path.IsRoot)
                    break;
            }
        }
        var container = uri.WithPath(StorePath.Root);
        return new(await _opened.GetAsync(container, OpenAsync, cancellationToken).ConfigureAwait(false), uri.Path);

        async ValueTask<ArtifactStore> OpenAsync(CancellationToken token)
        {
            var (provider, values) = _providers.TryGetValue(uri.Scheme, out var flavor) ? flavor : (await FindAsync(uri, token).ConfigureAwait(false), null);
            return await ArtifactStore.OpenAsync(provider, container, values, options, token).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => _opened.DisposeAsync();

    private async ValueTask<IStoreProvider> FindAsync(StoreUri uri, CancellationToken cancellationToken)
    {
        foreach (var flavors in _flavors)
        {
            if (flavors.FlavorOfScheme(uri.Scheme) is { } flavor)
                return await flavors.GetProviderAsync(flavor, cancellationToken).ConfigureAwait(false);
        }
        throw NoScheme(uri);
    }

    private StoreException NoScheme(StoreUri uri)
    {
        var schemes = _providers.Keys.Concat(_flavors.SelectMany(f => f.List()).SelectMany(f => f.Schemes)).Distinct().Order(StringComparer.Ordinal).Select(s => s + "://");
        var roots = _registered.Keys.Select(r => r.ToString()).Order(StringComparer.Ordinal);
        var known = string.Join(", ", schemes.Concat(roots));
        return new StoreException(new StoreFault(
            StoreErrorCode.InvalidConfiguration, $"no registered provider serves the scheme '{uri.Scheme}'")
        {
            Advice = known.Length == 0 ? "Nothing is registered; register a provider or a store." : $"Registered are {known}.",
        }).WithContext(StoreOperations.Open, uri);
    }
}
