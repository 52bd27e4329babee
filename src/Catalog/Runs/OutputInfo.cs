using Cairn.Artifacts;
using Cairn.Errors;

namespace Cairn.Catalog;

/// <summary>An output of a task, or a member of the state after it: an artifact with a name.</summary>
public sealed class OutputInfo
{
    private readonly ArtifactRepository _repository;

    internal OutputInfo(ArtifactRepository repository, RunReference reference, string name, BlobDigest digest, DateTimeOffset? at, bool isState, Guid task)
    {
        (_repository, Reference, Name, Digest, CreatedAt, IsState, TaskId) = (repository, reference, name, digest, at, isState, task);
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets the reference, such as <c>Train/7k3f9q2x/fit#accuracy</c>.</summary>
    public RunReference Reference { get; }

    /// <summary>Gets the digest of the artifact.</summary>
    public BlobDigest Digest { get; }

    /// <summary>Gets when the task that made it ended; null if that is not recorded.</summary>
    public DateTimeOffset? CreatedAt { get; }

    /// <summary>Gets whether it is a member of the state, which later tasks begin with.</summary>
    public bool IsState { get; }

    /// <summary>Gets the id of the task that made it, which is an earlier one for a member of the state that was not changed.</summary>
    public Guid TaskId { get; }

    /// <summary>Returns a typed handle of the content.</summary>
    /// <typeparam name="T">The requested type; <see cref="object"/> for the default type of the materializer.</typeparam>
    public Artifact<T> As<T>()
        where T : notnull => new(_repository, Digest);

    /// <summary>Loads the content, and verifies every byte.</summary>
    /// <typeparam name="T">The requested type; <see cref="object"/> for the default type of the materializer.</typeparam>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the content is no longer in the store. Also other errors of the store.</exception>
    public Task<T> LoadAsync<T>(CancellationToken cancellationToken = default)
        where T : notnull => OfContentAsync(() => _repository.LoadAsync<T>(Digest, cancellationToken));

    /// <summary>Reads the manifest of the artifact, which tells the number of bytes.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the content is no longer in the store. Also other errors of the store.</exception>
    public Task<Artifact> StatAsync(CancellationToken cancellationToken = default) => OfContentAsync(() => _repository.StatAsync(Digest, cancellationToken));

    /// <summary>Returns the text of <see cref="Reference"/>.</summary>
    public override string ToString() => Reference.ToString();

    private async Task<T> OfContentAsync<T>(Func<Task<T>> use)
    {
        try
        {
            return await use().ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"the output {ErrorText.Escape(Reference.ToString())} is recorded, and its content {Digest} is not in the store")
            {
                Advice = "Choose another run, or run the flow again.",
            }, e).WithContext(StoreOperations.Read, e.Uri ?? _repository.Store.Root);
        }
    }
}
