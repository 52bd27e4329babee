using System.Runtime.CompilerServices;
using System.Text;
using Cairn.Errors;
using Cairn.Materializers;

namespace Cairn.Artifacts;

/// <summary>A repository of version 1 of the format, from which artifacts and their names are copied to a repository of the current version. It is only read.</summary>
/// <remarks>
/// <para>
/// Version 1 had its files at the root of a store, and names in <c>names/</c>. Version 2 has them in a folder, and the catalog has the names. The layout of blobs, chunks and manifests is
/// the same, so an artifact keeps its digest.
/// </para>
/// <para>
/// <c>cairn asset adopt</c> reads each name of <see cref="ListNamesAsync"/> with <see cref="ResolveAsync"/>, copies the artifact with <see cref="CopyToAsync"/>, and registers its digest
/// as an asset of the name. An interrupted adoption is repeated: what is already in the target is not transferred again. The files of version 1 are kept, and can be removed afterwards.
/// </para>
/// </remarks>
public sealed class Version1Repository
{
    private const int MaxName = 128;
    private const string Extension = ".ref";
    private static readonly StorePath Names = "names";
    private readonly ArtifactRepository _repository;

    private Version1Repository(ArtifactRepository repository) => _repository = repository;

    /// <summary>Gets the store of the repository's folder.</summary>
    public ArtifactStore Store => _repository.Store;

    /// <summary>Opens a repository of version 1.</summary>
    /// <param name="store">The store, which is not disposed.</param>
    /// <param name="folder">The folder of the repository. Default: the root of the store.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The repository.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the folder has no repository. <see cref="StoreErrorCode.Unsupported"/>: the repository has another
    /// version. Also other errors of the store.</exception>
    public static async Task<Version1Repository> OpenAsync(ArtifactStore store, StorePath? folder = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var root = store.Under(folder ?? StorePath.Root);
        var repository = new ArtifactRepository(root, above: null, version: 1, new MaterializerRegistry());
        return await repository.IsMarkedAsync(cancellationToken).ConfigureAwait(false)
            ? new(repository)
            : throw root.CreateException(
                StoreErrorCode.NotFound, "there is no repository of format 1", StoreOperations.Read, StoreFormat.File, "Check that the address names the right store and folder.");
    }

    /// <summary>Lists the names, such as <c>models/churn</c>, in order.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public async IAsyncEnumerable<string> ListNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var file in Store.ListAsync(Names, new() { Recursive = true }, cancellationToken).ConfigureAwait(false))
        {
            if (file.IsFile && file.Path.Name.Length > Extension.Length && file.Path.Name.EndsWith(Extension, StringComparison.Ordinal))
                yield return file.Path.RelativeTo(Names).Value[..^Extension.Length];
        }
    }

    /// <summary>Returns the digest of the artifact that a name refers to.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <returns>The digest, even if no such artifact exists.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the name does not exist. <see cref="StoreErrorCode.IntegrityFailure"/>: its file does not contain a
    /// digest. Also other errors of the store.</exception>
    public async Task<BlobDigest> ResolveAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var path = Names / (name + Extension);
        var stream = await Store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var content = new byte[Math.Min(stream.Length, MaxName)];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return BlobDigest.TryParse(Encoding.ASCII.GetString(content).TrimEnd('\n'), out var digest)
            ? digest
            : throw Store.CreateException(StoreErrorCode.IntegrityFailure, "it does not contain a digest", StoreOperations.Read, path, "Remove the file if the name is not needed.");
    }

    /// <summary>Copies an artifact to a repository of the current version, which may be in another folder of the same store. Only missing blobs are transferred, and each is verified.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="target">The target. If it is new, it stores large files in chunks by default if this repository does.</param>
    /// <param name="cancellationToken">Cancels the copy; transferred blobs are kept, but nothing refers to them.</param>
    /// <returns>The artifact, whose digest is the same, and the number of transferred bytes.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the artifact or one of its blobs does not exist. <see cref="StoreErrorCode.IntegrityFailure"/>: content is
    /// not that of its digest. Also other errors of the stores.</exception>
    public Task<ArtifactCopy> CopyToAsync(BlobDigest digest, ArtifactRepository target, CancellationToken cancellationToken = default) =>
        _repository.CopyToAsync(digest, target, cancellationToken);
}
