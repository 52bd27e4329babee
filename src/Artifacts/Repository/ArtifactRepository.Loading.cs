using Cairn.Artifacts;
using Cairn.Errors;
using Cairn.Materializers;

namespace Cairn.Artifacts;

public sealed partial class ArtifactRepository
{
    /// <summary>Loads an object.</summary>
    /// <typeparam name="T">The requested type, which must be supported by the materializer that wrote the artifact, or <see cref="object"/> for the default
    /// type of that materializer.</typeparam>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <returns>The object. Every byte that it was created from has been verified, except for values that are read later (streams, lazy sequences), whose
    /// last read verifies them.</returns>
    /// <exception cref="MaterializationException">The program has no such materializer, its version is too old, it does not support the type, or the files
    /// are not valid.</exception>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>. <see cref="StoreErrorCode.IntegrityFailure"/>: the content is not that which was saved. Also other errors of
    /// the store.
    /// </exception>
    public async Task<T> LoadAsync<T>(BlobDigest digest, CancellationToken cancellationToken = default)
        where T : notnull => (T)await LoadAsync(digest, typeof(T), cancellationToken).ConfigureAwait(false);

    /// <summary>Loads an object of a type that is known only at run time.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="type">The requested type; <see cref="object"/> for the default type of the materializer.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <returns>The object.</returns>
    public async Task<object> LoadAsync(BlobDigest digest, Type type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        return await LoadAsync(await StatAsync(digest, cancellationToken).ConfigureAwait(false), type, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads an object of an artifact whose manifest was read before, for example by <see cref="StatAsync"/>.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="type">The requested type; <see cref="object"/> for the default type of the materializer.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <returns>The object.</returns>
    public async Task<object> LoadAsync(Artifact artifact, Type type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        ArgumentNullException.ThrowIfNull(type);
        var operation = $"load {artifact.Digest} as {TypeNames.Of(type)}";
        try
        {
            var materializer = ForLoading(artifact.Manifest, ref type);
            var stored = new StoredArtifactReader(_blobs, artifact.Digest, artifact.Manifest, isLoading: true);
            await using var closing = stored.ConfigureAwait(false);
            var value = await LoadVerifiedAsync(materializer, stored, type, cancellationToken).ConfigureAwait(false);
            return type.IsInstanceOfType(value) ? value : throw new MaterializationException(materializer.Id, $"it returned {(value is null ? "nothing" : $"a {TypeNames.Of(value.GetType())}")}");
        }
        catch (MaterializationException e)
        {
            e.WithContext(operation);
            throw;
        }
    }

    /// <summary>Creates a small preview of an artifact, or returns null if its materializer is not registered or creates none.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The preview. Its source has been verified only if it was read to the end.</returns>
    public async Task<ArtifactPreview?> PreviewAsync(BlobDigest digest, CancellationToken cancellationToken = default)
    {
        var artifact = await StatAsync(digest, cancellationToken).ConfigureAwait(false);
        if (!Materializers.TryGet(artifact.Manifest.MaterializerId, out var materializer) || artifact.Manifest.FormatVersion > materializer.FormatVersion)
            return null;
        var reader = new StoredArtifactReader(_blobs, artifact.Digest, artifact.Manifest, isLoading: false);
        await using var closing = reader.ConfigureAwait(false);
        try
        {
            return await materializer.PreviewAsync(await MigrateAsync(materializer, reader, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not MaterializationException && IsOfMaterializer(e, cancellationToken))
        {
            throw Wrapped(materializer, e).WithContext($"preview {digest}");
        }
    }

    private static async Task<object?> LoadVerifiedAsync(Materializer materializer, StoredArtifactReader stored, Type type, CancellationToken cancellationToken)
    {
        try
        {
            var reader = await MigrateAsync(materializer, stored, cancellationToken).ConfigureAwait(false);
            var value = await materializer.LoadAsync(reader, type, cancellationToken).ConfigureAwait(false);
            await stored.FinishAsync(cancellationToken).ConfigureAwait(false);
            return value;
        }
        catch (Exception e) when (IsOfMaterializer(e, cancellationToken))
        {
            // Where the bytes are damaged, that is the reason, and this throws it.
            await stored.FinishAsync(cancellationToken).ConfigureAwait(false);
            if (e is MaterializationException)
                throw;
            throw new MaterializationException(materializer.Id, $"{WrappedReason(e)}; {SavedAs(stored.Manifest)}", e);
        }
    }

    private static ValueTask<ArtifactReader> MigrateAsync(Materializer materializer, ArtifactReader reader, CancellationToken cancellationToken) =>
        reader.FormatVersion < materializer.FormatVersion ? materializer.MigrateAsync(reader, cancellationToken) : ValueTask.FromResult(reader);

    private static MaterializationException Wrapped(Materializer materializer, Exception e) => new(materializer.Id, WrappedReason(e), e);

    private static string WrappedReason(Exception e) => $"{e.GetType().Name}: {e.Message.TrimEnd('.')}";

    private static string SavedAs(ArtifactManifest manifest) =>
        $"it was saved as {ErrorText.Escape(manifest.TypeName)} by {ErrorText.Escape(manifest.MaterializerId)} {manifest.FormatVersion}";

    private Materializer ForLoading(ArtifactManifest manifest, ref Type type)
    {
        var stored = SavedAs(manifest);
        if (!Materializers.TryGet(manifest.MaterializerId, out var materializer))
            throw new MaterializationException(null, $"{stored}, a materializer that this program has not registered; its files can be read with OpenAsync or DownloadAsync");
        if (manifest.FormatVersion > materializer.FormatVersion)
            throw new MaterializationException(materializer.Id, $"{stored}, and this program reads up to version {materializer.FormatVersion}; a newer one is needed");
        if (type == typeof(object))
            type = materializer.DefaultType ?? throw new MaterializationException(materializer.Id, $"{stored}, which has no default type; name one of {string.Join(", ", materializer.Types)}");
        if (!MaterializerRegistry.Serves(materializer, type))
            throw new MaterializationException(materializer.Id, $"{stored}, which can be loaded as {string.Join(", ", materializer.Types)}");
        return materializer;
    }
}
