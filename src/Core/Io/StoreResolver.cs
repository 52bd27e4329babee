using System.Collections.Concurrent;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Io;

/// <summary>Finds the store of an address, and opens one store per scheme and container.</summary>
internal sealed class StoreResolver(ArtifactStoreOptions options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (IStoreProvider Provider, IReadOnlyDictionary<string, string>? Values)> _providers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ArtifactUri, ArtifactStore> _registered = new();
    private readonly Dictionary<ArtifactUri, ArtifactStore> _opened = [];
    private readonly SemaphoreSlim _opening = new(1);
    private bool _disposed;

    public void Add(FlavorDescriptor flavor, IStoreProvider provider, IReadOnlyDictionary<string, string>? values)
    {
        foreach (var scheme in flavor.Schemes)
            _providers[scheme] = (provider, values);
    }

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
                if (!_providers.TryGetValue(uri.Scheme, out var flavor))
                    throw NoScheme(uri);
                store = await ArtifactStore.OpenAsync(flavor.Provider, container, flavor.Values, options, cancellationToken).ConfigureAwait(false);
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

    private ArtifactStoreException NoScheme(ArtifactUri uri)
    {
        var schemes = _providers.Keys.Order(StringComparer.Ordinal).Select(s => s + "://");
        var roots = _registered.Keys.Select(r => r.ToString()).Order(StringComparer.Ordinal);
        var known = string.Join(", ", schemes.Concat(roots));
        return new ArtifactStoreException(new StoreFault(
            StoreErrorCode.InvalidConfiguration, $"no registered provider serves the scheme '{uri.Scheme}'")
        {
            Advice = known.Length == 0 ? "Nothing is registered; register a provider or a store." : $"Registered are {known}.",
        }).WithContext(Operations.Open, uri);
    }
}
