using Cairn.Artifacts;
using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Materializers;

namespace Cairn.Artifacts;

/// <summary>Typed objects in a store: equal content is stored once, objects are found by digest or name, and content is verified on every read.</summary>
/// <remarks>
/// <para>
/// <para>A save writes the blobs, then the manifest, then the name. Each becomes visible completely or not at all, so a crash leaves only unreferenced
/// blobs. <c>docs/storage-format.md</c> describes the layout.</para>
/// </para>
/// <para><para>A reference is a digest (<c>sha256:…</c>) or a name. Thread-safe. It does not own the store.</para></para>
/// </remarks>
public sealed partial class ArtifactRepository
{
    private readonly BlobStore _blobs;

    /// <summary>Gets the buffers for chunking, for tests.</summary>
    internal Artifacts.Chunking.ChunkBuffers ChunkBuffers => _blobs.ChunkBuffers;

    /// <summary>Initializes a new repository below the root of a store.</summary>
    /// <param name="store">The store, which is not disposed; <see cref="ArtifactStore.Under"/> returns one for a folder.</param>
    /// <param name="materializers">The materializers, which convert objects to files.</param>
    public ArtifactRepository(ArtifactStore store, MaterializerRegistry materializers)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(materializers);
        (Store, Materializers, _blobs, Names, _verified) = (store, materializers, new(store), new(store), new(store));
    }

    /// <summary>Gets the store.</summary>
    public ArtifactStore Store { get; }

    /// <summary>Gets the materializers.</summary>
    public MaterializerRegistry Materializers { get; }

    /// <summary>Gets the names.</summary>
    public ArtifactNames Names { get; }

    /// <summary>Returns the digest of a reference.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <returns>The digest; a digest is returned even if no such artifact exists.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the name does not exist. <see cref="StoreErrorCode.PathConflict"/>: the text
    /// is not a valid name or digest.</exception>
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
        return found?.Digest ?? throw Store.CreateException(
            StoreErrorCode.NotFound, "no artifact has this name", StoreOperations.Find, ArtifactNames.PathOf(reference), "The files below names/ are the names in this repository; check whether the artifact is in another one.");
    }

    /// <summary>Returns an artifact from its manifest, without reading its files.</summary>
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

    /// <summary>Opens the files of an artifact, regardless of its materializer.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A reader. The caller disposes it. Each stream is verified by the read that reaches its end.</returns>
    public async Task<ArtifactReader> OpenAsync(string reference, CancellationToken cancellationToken = default)
    {
        var artifact = await StatAsync(reference, cancellationToken).ConfigureAwait(false);
        return new StoredArtifactReader(_blobs, artifact.Digest, artifact.Manifest, isLoading: false);
    }

    /// <summary>Opens one file of an artifact.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="file">The name of the file; optional if the artifact has exactly one.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A sequential stream. The caller disposes it. If the content is not that which was saved, the read that reaches the end fails.</returns>
    public async Task<Stream> OpenFileAsync(string reference, StorePath? file = null, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(reference, cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        return await reader.OpenDetachedAsync(file ?? reader.Single.Name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies the files of an artifact to a local folder, and verifies each.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="localFolder">The folder, which is created if it does not exist. Existing files are an error.</param>
    /// <param name="cancellationToken">Cancels the operation; files that have been copied are kept.</param>
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

    /// <summary>Copies the only file of an artifact to a local file, and verifies it.</summary>
    /// <param name="reference">A digest or a name.</param>
    /// <param name="localFile">The local file, which must not exist; its folder must exist.</param>
    /// <param name="cancellationToken">Cancels the operation; nothing remains.</param>
    /// <returns>The artifact.</returns>
    /// <exception cref="MaterializationException">The artifact has no files or several files.</exception>
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

    /// <summary>Uses a temporary name until the file is complete and verified.</summary>
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
