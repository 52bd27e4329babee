using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Listing;

/// <summary>Determines what exists at a path. A virtual directory is found by a listing.</summary>
internal static class Lookup
{
    /// <inheritdoc cref="ArtifactStore.StatAsync"/>
    public static async ValueTask<StoreEntry> StatAsync(this StoreCore store, StorePath path, CancellationToken cancellationToken) =>
        await store.TryStatAsync(path, cancellationToken).ConfigureAwait(false) ?? throw store.Missing(StoreOperations.Stat, path);

    /// <inheritdoc cref="ArtifactStore.TryStatAsync"/>
    public static async ValueTask<StoreEntry?> TryStatAsync(this StoreCore store, StorePath path, CancellationToken cancellationToken)
    {
        store.Enter(cancellationToken);
        if (path.IsRoot)
            return StoreCore.RootEntry;
        if (await store.StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { } info)
            return info;
        return await HasVirtualDirectoryAsync(store, path, cancellationToken).ConfigureAwait(false) ? new() { Path = path, Kind = EntryKind.Directory } : null;
    }

    /// <inheritdoc cref="ArtifactStore.IsDirectoryAsync"/>
    public static async ValueTask<bool> IsDirectoryAsync(this StoreCore store, StorePath path, CancellationToken cancellationToken)
    {
        store.Enter(cancellationToken);
        if (path.IsRoot)
            return true;
        return store.Capabilities.Directories == DirectoryKind.Real
            ? await store.StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { IsDirectory: true }
            : await HasVirtualDirectoryAsync(store, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a marker of a virtual directory exists.</summary>
    public static async ValueTask<bool> IsMarkedAsync(this StoreCore store, StorePath directory, CancellationToken cancellationToken) =>
        !directory.IsRoot && await HasDirectoryKeyAsync(store, directory, isRecursive: true, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether something exists below the path or a marker exists for it: the directory's entry in its parent.</summary>
    private static async ValueTask<bool> HasVirtualDirectoryAsync(StoreCore store, StorePath path, CancellationToken cancellationToken) =>
        store.Capabilities.Directories != DirectoryKind.Real && store.Capabilities.List
        && await HasDirectoryKeyAsync(store, path, isRecursive: false, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Whether a listing holds the key of a directory, in one request. Names such as <c>a-b</c> and <c>a.txt</c> order between <c>a</c> and <c>a/</c>, so the listing starts as close
    /// before <c>a/</c> as text can: after <c>a.</c> and the last character there is.
    /// </summary>
    private static async ValueTask<bool> HasDirectoryKeyAsync(StoreCore store, StorePath path, bool isRecursive, CancellationToken cancellationToken)
    {
        var request = new ListRequest(path.Parent, isRecursive) { NamePrefix = path.Name, StartAfter = path.Value + ".\U0010FFFF", Limit = 1 };
        var key = path.Value + "/";
        await foreach (var page in store.PagesAsync(request, cancellationToken).ConfigureAwait(false))
        {
            foreach (var entry in page)
            {
                if (Utf8Order.Compare(entry.OrderKey, key) is var order and >= 0)
                    return order == 0;
            }
        }
        return false;
    }
}
