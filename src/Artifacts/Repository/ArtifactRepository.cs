using Cairn.Artifacts;
using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Materializers;

namespace Cairn.Artifacts;

/// <summary>Typed objects in a store: saved once for equal content, found by digest or name, and verified whenever they are read.</summary>
/// <remarks>
/// <para>A save writes the blobs, then the manifest, then the name; each appears whole or not at all, so a crash leaves only blobs that nothing refers to. The layout is that of
/// <c>docs/storage-format.md</c>.</para>
/// <para>A reference is a digest (<c>sha256:…</c>) or a name. Safe to use from many threads. It does not own the store.</para>
/// </remarks>
public sealed partial class ArtifactRepository
{
    private readonly BlobStore _blobs;

    /// <summary>The memory in which blobs are cut, for tests.</summary>
    internal Artifacts.Chunking.ChunkBuffers ChunkBuffers => _blobs.ChunkBuffers;

    /// <summary>Makes a repository below a store's root.</summary>
    /// <param name="store">The store; <see cref="ArtifactStore.Under"/> gives one below a folder. It is not disposed.</param>
    /// <param name="materializers">How objects become files.</param>
    public ArtifactRepository(ArtifactStore store, MaterializerRegistry materializers)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(materializers);
        (Store, Materializers, _blobs, Names, _verified) = (store, materializers, new(store), new(store), new(store));
    }

    /// <summary>The store.</summary>
    public ArtifactStore Store { get; }

    /// <summary>How objects become files.</summary>
    public MaterializerRegistry Materializers { get; }

    /// <summary>The names.</summary>
    public ArtifactNames Names { get; }

    /// <summary>The digest that a reference means.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <returns>The digest; for a digest, whether or not there is such an artifact.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/> when there is no such name; <see cref="StoreErrorCode.PathConflict"/> when the text cannot be a name or a digest.</exception>
    public async Task<BlobDigest> ResolveAsync(string reference, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        if (reference.StartsWith("sha256:", StringComparison.Ordinal))
        {
            return BlobDigest.TryParse(reference, out var digest) ? digest : throw new StoreException(new StoreFault(StoreErrorCode.PathConflict, $"'{ErrorText.Escape(reference)}' is not a digest")
            {
                Advice = "A digest is 'sha256:' and 64 lower-case hexadecimal digits.",
            });
        }
        var found = await Names.TryGetAsync(reference, cancellationToken).ConfigureAwait(false);
        // A container that does not exist fails here, with that reason.
        if (found is null)
            await Store.TryStatAsync(ArtifactNames.PathOf(reference), cancellationToken).ConfigureAwait(false);
        return found?.Digest ?? throw Store.CreateException(StoreErrorCode.NotFound, "no artifact has this name", StoreOperations.Find, ArtifactNames.PathOf(reference), "See the names below names/.");
    }

    /// <summary>What an artifact is, read from its manifest alone.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>; <see cref="StoreErrorCode.IntegrityFailure"/> when the manifest is damaged; <see cref="StoreErrorCode.Unsupported"/> when it is none, or of a
    /// newer format.
    /// </exception>
    public async Task<Artifact> StatAsync(string reference, CancellationToken cancellationToken = default)
    {
        var digest = await ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        var content = await _blobs.ReadManifestBytesAsync(digest, cancellationToken).ConfigureAwait(false);
        return new(digest, _blobs.ParseManifest(digest, content), content.Length);
    }

    /// <summary>Opens an artifact as files, whatever its materializer.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A reader that the caller disposes; each of its streams is verified by the read that reaches its end.</returns>
    public async Task<ArtifactReader> OpenAsync(string reference, CancellationToken cancellationToken = default)
    {
        var artifact = await StatAsync(reference, cancellationToken).ConfigureAwait(false);
        return new StoredArtifactReader(_blobs, artifact.Digest, artifact.Manifest, isLoading: false);
    }

    /// <summary>Opens one file of an artifact.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="file">The file; null where the artifact has exactly one.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A stream that the caller disposes, read from first to last byte; the read that reaches the end fails when the bytes are not those that were saved.</returns>
    public async Task<Stream> OpenFileAsync(string reference, StorePath? file = null, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(reference, cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        return await reader.OpenDetachedAsync(file ?? reader.Single.Name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies an artifact's files into a local folder, each checked.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="localFolder">The folder; made when it is not there. Files that are there already are an error.</param>
    /// <param name="cancellationToken">Cancels the copying; what has arrived stays.</param>
    /// <returns>The artifact.</returns>
    public async Task<Artifact> DownloadAsync(string reference, string localFolder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFolder);
        var artifact = await StatAsync(reference, cancellationToken).ConfigureAwait(false);
        var reader = new StoredArtifactReader(_blobs, artifact.Digest, artifact.Manifest, isLoading: false);
        await using var closing = reader.ConfigureAwait(false);
        if (File.Exists(localFolder))
            throw Exists(localFolder, StorePath.Root, null);
        var target = new LocalTarget(localFolder, Store);
        foreach (var file in artifact.Manifest.Files)
        {
            if (file is { MediaType: ArtifactFile.Folder, Length: 0 })
            {
                target.MakeDirectory(file.Name, file.Name);
                continue;
            }
            var local = target.PlaceFile(file.Name, file.Name);
            await PlaceAsync(reader, file.Name, local, cancellationToken).ConfigureAwait(false);
        }
        return artifact;
    }

    /// <summary>Copies an artifact's one file to a local one, checked.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="localFile">Where to; its folder must exist, and nothing at this name.</param>
    /// <param name="cancellationToken">Cancels the copying; nothing of it stays.</param>
    /// <returns>The artifact.</returns>
    /// <exception cref="MaterializationException">The artifact has several files, or none.</exception>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.AlreadyExists"/>: something exists at this name. As for <see cref="DownloadAsync"/> otherwise.</exception>
    public async Task<Artifact> DownloadFileAsync(string reference, string localFile, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        var artifact = await StatAsync(reference, cancellationToken).ConfigureAwait(false);
        var reader = new StoredArtifactReader(_blobs, artifact.Digest, artifact.Manifest, isLoading: false);
        await using var closing = reader.ConfigureAwait(false);
        await PlaceAsync(reader, reader.Single.Name, Path.GetFullPath(localFile), cancellationToken).ConfigureAwait(false);
        return artifact;
    }

    /// <summary>Under another name until it is whole and checked.</summary>
    private async Task PlaceAsync(StoredArtifactReader reader, StorePath name, string local, CancellationToken cancellationToken)
    {
        if (Path.Exists(local))
            throw Exists(local, name, null);
        var part = $"{local}.{Guid.NewGuid():N}.part";
        try
        {
            await reader.CopyToAsync(name, part, FileMode.CreateNew, cancellationToken).ConfigureAwait(false);
            File.Move(part, local, overwrite: false);
        }
        catch (IOException e) when (e is not StoreException && Path.Exists(local))
        {
            throw Exists(local, name, e);
        }
        catch (Exception e) when (e is IOException and not StoreException or UnauthorizedAccessException)
        {
            throw new StoreException(LocalFaults.Of(e, local), e).WithContext(StoreOperations.Download, Store.GetUri(name));
        }
        finally
        {
            File.Delete(part);
        }
    }

    private StoreException Exists(string local, StorePath name, Exception? cause) =>
        new StoreException(new StoreFault(StoreErrorCode.AlreadyExists, $"'{ErrorText.Escape(local)}' already exists") { Advice = "Remove it, or choose another name." }, cause)
            .WithContext(StoreOperations.Download, Store.GetUri(name));
}
