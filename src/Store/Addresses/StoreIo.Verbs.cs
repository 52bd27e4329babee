namespace Cairn;

public sealed partial class StoreIo
{
    /// <summary>Opens a file for reading.</summary>
    /// <seealso cref="ArtifactStore.OpenReadAsync"/>
    public async Task<StoreReadStream> OpenReadAsync(StoreUri uri, OpenReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.OpenReadAsync(path, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets the metadata of a URI; fails with NotFound if nothing exists.</summary>
    /// <seealso cref="ArtifactStore.StatAsync"/>
    public async Task<StoreEntry> StatAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.StatAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets the metadata of a URI, or null if nothing exists.</summary>
    /// <seealso cref="ArtifactStore.TryStatAsync"/>
    public async Task<StoreEntry?> TryStatAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.TryStatAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns true if a file or a directory exists at a URI.</summary>
    /// <seealso cref="ArtifactStore.ExistsAsync"/>
    public async Task<bool> ExistsAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.ExistsAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns true if a file exists at a URI.</summary>
    /// <seealso cref="ArtifactStore.IsFileAsync"/>
    public async Task<bool> IsFileAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.IsFileAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns true if a directory exists at a URI.</summary>
    /// <seealso cref="ArtifactStore.IsDirectoryAsync"/>
    public async Task<bool> IsDirectoryAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.IsDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets the length of a file in bytes.</summary>
    /// <seealso cref="ArtifactStore.GetLengthAsync"/>
    public async Task<long> GetLengthAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.GetLengthAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a file or an empty directory. Returns true if it existed; otherwise, false.</summary>
    /// <seealso cref="ArtifactStore.RemoveAsync"/>
    public async Task<bool> RemoveAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.RemoveAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes all entries at and below a URI, and returns the number of removed files.</summary>
    /// <seealso cref="ArtifactStore.RemoveTreeAsync(StorePath, CancellationToken)"/>
    public async Task<long> RemoveTreeAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.RemoveTreeAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates a directory and its parents.</summary>
    /// <seealso cref="ArtifactStore.MakeDirectoryAsync"/>
    public async Task MakeDirectoryAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        await store.MakeDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates an empty file, or sets the time of an existing one.</summary>
    /// <seealso cref="ArtifactStore.TouchAsync"/>
    public async Task<StoreEntry> TouchAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.TouchAsync(path, cancellationToken).ConfigureAwait(false);
    }
}
