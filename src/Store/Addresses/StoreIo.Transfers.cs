using System.Runtime.CompilerServices;
using Cairn.Listing;
using Cairn.Providers;
using Cairn.Transfers;

namespace Cairn;

public sealed partial class StoreIo
{
    /// <summary>Opens a file for writing.</summary>
    /// <seealso cref="ArtifactStore.OpenWriteAsync"/>
    public async Task<StoreWriteStream> OpenWriteAsync(StoreUri uri, WriteMode mode, OpenWriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.OpenWriteAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists a directory.</summary>
    /// <seealso cref="ArtifactStore.ListAsync"/>
    public async IAsyncEnumerable<StoreEntry> ListAsync(
        StoreUri uri, ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        await foreach (var entry in store.ListAsync(path, options, cancellationToken).ConfigureAwait(false))
            yield return entry;
    }

    /// <summary>Walks a tree from the top down.</summary>
    /// <seealso cref="ArtifactStore.WalkAsync"/>
    public async IAsyncEnumerable<WalkedDirectory> WalkAsync(StoreUri uri, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        await foreach (var directory in store.WalkAsync(path, cancellationToken).ConfigureAwait(false))
            yield return directory;
    }

    /// <summary>Finds the files below a URI whose path relative to it matches a pattern.</summary>
    /// <param name="uri">The URI of the directory, which is literal.</param>
    /// <param name="pattern">The pattern, relative to the directory; see <see cref="ArtifactStore.GlobAsync(string, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    public IAsyncEnumerable<StoreEntry> GlobAsync(StoreUri uri, string pattern, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentNullException.ThrowIfNull(pattern);
        return FindAsync(uri, Glob.Parse(pattern), cancellationToken);
    }

    /// <summary>Copies a file, also between two schemes.</summary>
    /// <seealso cref="ArtifactStoreTransferExtensions.CopyToAsync(ArtifactStore, StorePath, ArtifactStore, StorePath, WriteMode, CancellationToken)"/>
    public async Task<StoreEntry> CopyAsync(StoreUri source, StoreUri target, WriteMode mode, CancellationToken cancellationToken = default)
    {
        var (from, fromPath) = await StoreFor(source, cancellationToken).ConfigureAwait(false);
        var (to, toPath) = await StoreFor(target, cancellationToken).ConfigureAwait(false);
        return await from.CopyToAsync(fromPath, to, toPath, mode, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves a file or a directory, also between two schemes.</summary>
    /// <seealso cref="ArtifactStoreTransferExtensions.MoveToAsync(ArtifactStore, StorePath, ArtifactStore, StorePath, WriteMode, CancellationToken)"/>
    public async Task<StoreEntry> MoveAsync(StoreUri source, StoreUri target, WriteMode mode, CancellationToken cancellationToken = default)
    {
        var (from, fromPath) = await StoreFor(source, cancellationToken).ConfigureAwait(false);
        var (to, toPath) = await StoreFor(target, cancellationToken).ConfigureAwait(false);
        return await from.MoveToAsync(fromPath, to, toPath, mode, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies a directory with its content, also between two schemes.</summary>
    /// <seealso cref="ArtifactStoreTransferExtensions.CopyTreeToAsync"/>
    public async Task<TransferResult> CopyTreeAsync(StoreUri source, StoreUri target, TransferOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (from, fromPath) = await StoreFor(source, cancellationToken).ConfigureAwait(false);
        var (to, toPath) = await StoreFor(target, cancellationToken).ConfigureAwait(false);
        return await from.CopyTreeToAsync(fromPath, to, toPath, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates a URL that lets anyone who has it read or write one file until it expires. The URL is a secret: do not log it.</summary>
    /// <seealso cref="ArtifactStore.PresignAsync"/>
    public async Task<Uri> PresignAsync(StoreUri uri, PresignAccess access, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        return await store.PresignAsync(path, access, lifetime, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<StoreEntry> FindAsync(StoreUri uri, Glob glob, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (store, path) = await StoreFor(uri, cancellationToken).ConfigureAwait(false);
        await foreach (var file in new GlobSearch(store.Core, glob, new(), path).RunAsync(cancellationToken).ConfigureAwait(false))
            yield return file;
    }
}
