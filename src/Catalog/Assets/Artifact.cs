using Cairn.Artifacts;
using Cairn.Materializers;

namespace Cairn.Catalog;

/// <summary>A typed handle of an artifact: its digest, and the repository from which it is loaded. Thread-safe.</summary>
/// <typeparam name="T">The type as which it is loaded.</typeparam>
public sealed class Artifact<T>
    where T : notnull
{
    private readonly ArtifactRepository _repository;

    internal Artifact(ArtifactRepository repository, BlobDigest digest) => (_repository, Digest) = (repository, digest);

    /// <summary>Gets the digest of the artifact.</summary>
    public BlobDigest Digest { get; }

    /// <summary>Loads the artifact, and verifies every byte. The result is not kept: each call loads it.</summary>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the content is no longer in the store. Also other errors of the store.</exception>
    /// <exception cref="MaterializationException">The content cannot be loaded as this type.</exception>
    public Task<T> LoadAsync(CancellationToken cancellationToken = default) => _repository.LoadAsync<T>(Digest, cancellationToken);

    /// <summary>Returns the digest.</summary>
    public override string ToString() => Digest.ToString();
}
