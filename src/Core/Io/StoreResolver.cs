using System.Collections.Concurrent;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Io;

/// <summary>Finds the store of an address, and opens one store per scheme and container.</summary>
internal sealed class StoreResolver(ArtifactStoreOptions options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (IStoreProvider Provider, IReadOnlyDictionary<string, string>? Values)> _providers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ArtifactUri, ArtifactStore> _registered = new();
    private readonly ConcurrentQueue<FlavorRegistry> _flavors = new();
    private readonly Dictionary<ArtifactUri, ArtifactStore> _opened = [];
    private readonly SemaphoreSlim _opening = new(1);
    private bool _disposed;

    public void Add(FlavorDescriptor flavor, IStoreProvider provider, IReadOnlyDictionary<string, string>? values)
    {
        foreach (var scheme in flavor.Schemes)
            _providers[scheme] = (provider, values);
    }

    public void Add(FlavorRegistry flavors) => _flavors.Enqueue(flavors);

    public void Add(ArtifactStore store) => _registered[store.Root] = store;

    public async ValueTask<(ArtifactStore Store, ArtifactPath Path)> ResolveAsync(ArtifactUri uri, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(ArtifactIo));
        cancellationToken.ThrowIfCancellationRequested();
        if (!_registered.IsEmpty)
        {
            for (var root = uri; ; root = root.WithPath(root.Path.Parent))
            {
                if (_registered.TryGetValue(root, out var store))
                    return (store, uri.Path.RelativeTo(root.Path));
                if (root.Path.IsRoot)
                    break;
            }
        }
        var container = uri.WithPath(ArtifactPath.Root);
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ArtifactIo));
            if (!_opened.TryGetValue(container, out var store))
            {
                var (provider, values) = _providers.TryGetValue(uri.Scheme, out var flavor) ? flavor : (await FindAsync(uri, cancellationToken).ConfigureAwait(false), null);
                store = await ArtifactStore.OpenAsync(provider, container, values, options, cancellationToken).ConfigureAwait(false);
                _opened.Add(container, store);
            }
            return (store, uri.Path);
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            foreach (var store in _opened.Values)
                await store.DisposeAsync().ConfigureAwait(false);
            _opened.Clear();
        }
        finally
        {
            _opening.Release();
        }
    }

    private async ValueTask<IStoreProvider> FindAsync(ArtifactUri uri, CancellationToken cancellationToken)
    {
        foreach (var flavors in _flavors)
        {
            if (flavors.FlavorOfScheme(uri.Scheme) is { } flavor)
                return await flavors.GetProviderAsync(flavor, cancellationToken).ConfigureAwait(false);
        }
        throw NoScheme(uri);
    }

    private ArtifactStoreException NoScheme(ArtifactUri uri)
    {
        var schemes = _providers.Keys.Concat(_flavors.SelectMany(f => f.List()).SelectMany(f => f.Schemes)).Distinct().Order(StringComparer.Ordinal).Select(s => s + "://");
        var roots = _registered.Keys.Select(r => r.ToString()).Order(StringComparer.Ordinal);
        var known = string.Join(", ", schemes.Concat(roots));
        return new ArtifactStoreException(new StoreFault(
            StoreErrorCode.InvalidConfiguration, $"no registered provider serves the scheme '{uri.Scheme}'")
        {
            Advice = known.Length == 0 ? "Nothing is registered; register a provider or a store." : $"Registered are {known}.",
        }).WithContext(Operations.Open, uri);
    }
}
