using Cairn.Artifacts;
using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Materializers;

namespace Cairn.Artifacts;

/// <summary>Typed objects in a store: equal content is stored once, objects are found by their digest, and content is verified on every read.</summary>
/// <remarks>
/// <para>
/// <para>A save writes the blobs, then the manifest. Each becomes visible completely or not at all, so a crash leaves only unreferenced
/// blobs. <c>docs/storage-format.md</c> describes the layout.</para>
/// </para>
/// <para>
/// All of it is in one folder of the store. <c>Cairn.Catalog</c> gives artifacts names and versions. Thread-safe. It does not own the store.
/// </para>
/// </remarks>
public sealed partial class ArtifactRepository
{
    private readonly BlobStore _blobs;

    /// <summary>Gets the buffers for chunking, for tests.</summary>
    internal Artifacts.Chunking.ChunkBuffers ChunkBuffers => _blobs.ChunkBuffers;

    /// <summary>Initializes a new repository in a folder of a store. Nothing is read or written yet.</summary>
    /// <param name="store">The store, which is not disposed.</param>
    /// <param name="materializers">The materializers, which convert objects to files.</param>
    /// <param name="folder">The folder. Default: <see cref="DefaultFolder"/>. <see cref="StorePath.Root"/> is for a store that contains nothing else, such as an OCI image layout.</param>
    /// <remarks>
    /// The first use of a repository whose format this version does not know is an error (<see cref="StoreErrorCode.Unsupported"/>), and so is the first use of a folder without a
    /// repository if the store itself is one, as in version 1 of the format: <see cref="Version1Repository"/> brings its artifacts over.
    /// </remarks>
    public ArtifactRepository(ArtifactStore store, MaterializerRegistry materializers, StorePath? folder = null)
        : this(In(store, folder ?? DefaultFolder), (folder ?? DefaultFolder).IsRoot ? null : store, StoreFormat.Version, materializers)
    {
    }

    /// <summary>Initializes a repository in the root of a store.</summary>
    internal ArtifactRepository(ArtifactStore root, ArtifactStore? above, int version, MaterializerRegistry materializers)
    {
        ArgumentNullException.ThrowIfNull(materializers);
        (Store, Container, Materializers, _blobs, _verified) = (root, above ?? root, materializers, new(root, above, version), new(root));
    }

    /// <summary>Gets the folder of a store that contains its repository, unless a program chooses another: <c>artifacts/</c>.</summary>
    public static StorePath DefaultFolder { get; } = "artifacts";

    /// <summary>Gets the store of the repository's folder: its paths are relative to the folder.</summary>
    public ArtifactStore Store { get; }

    /// <summary>Gets the store that contains the repository's folder; <see cref="Store"/> if the repository is in its root.</summary>
    public ArtifactStore Container { get; }

    /// <summary>Gets the materializers.</summary>
    public MaterializerRegistry Materializers { get; }

    /// <summary>Returns whether a folder of a store contains a repository, of any version of the format.</summary>
    /// <param name="store">The store.</param>
    /// <param name="folder">The folder. Default: <see cref="DefaultFolder"/>.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <returns>true if the folder has a <c>cairn.json</c> that states the format of a repository.</returns>
    public static async Task<bool> ExistsAsync(ArtifactStore store, StorePath? folder = null, CancellationToken cancellationToken = default) =>
        await StoreFormat.TryReadAsync(In(store, folder ?? DefaultFolder), cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Returns an artifact from its manifest, without reading its files.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>; <see cref="StoreErrorCode.IntegrityFailure"/> when the manifest is damaged; <see cref="StoreErrorCode.Unsupported"/> when it is none, or of a
    /// newer format.
    /// </exception>
    public async Task<Artifact> StatAsync(BlobDigest digest, CancellationToken cancellationToken = default)
    {
        var content = await _blobs.ReadManifestBytesAsync(digest, cancellationToken).ConfigureAwait(false);
        return new(digest, _blobs.ParseManifest(digest, content), content.Length);
    }

    /// <summary>Opens the files of an artifact, regardless of its materializer.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A reader. The caller disposes it. Each stream is verified by the read that reaches its end.</returns>
    public async Task<ArtifactReader> OpenAsync(BlobDigest digest, CancellationToken cancellationToken = default)
    {
        var artifact = await StatAsync(digest, cancellationToken).ConfigureAwait(false);
        return new StoredArtifactReader(_blobs, artifact.Digest, artifact.Manifest, isLoading: false);
    }

    /// <summary>Opens one file of an artifact.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="file">The name of the file; optional if the artifact has exactly one.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A sequential stream. The caller disposes it. If the content is not that which was saved, the read that reaches the end fails.</returns>
    public async Task<Stream> OpenFileAsync(BlobDigest digest, StorePath? file = null, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        return await reader.OpenDetachedAsync(file ?? reader.Single.Name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies the files of an artifact to a local folder, and verifies each.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="localFolder">The folder, which is created if it does not exist. Existing files are an error.</param>
    /// <param name="cancellationToken">Cancels the operation; files that have been copied are kept.</param>
    /// <returns>The artifact.</returns>
    public Task<Artifact> DownloadAsync(BlobDigest digest, string localFolder, CancellationToken cancellationToken = default) =>
        DownloadAsync(digest, localFolder, replace: false, cancellationToken);

    /// <summary>Copies the files of an artifact to a local folder, and verifies each.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="localFolder">The folder, which is created if it does not exist.</param>
    /// <param name="replace">true to replace files of the same names, each when its new content is complete and verified; others stay. false if they are an error.</param>
    /// <param name="cancellationToken">Cancels the operation; files that have been copied are kept.</param>
    /// <returns>The artifact.</returns>
    public async Task<Artifact> DownloadAsync(BlobDigest digest, string localFolder, bool replace, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFolder);
        var artifact = await StatAsync(digest, cancellationToken).ConfigureAwait(false);
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
            await PlaceAsync(reader, file.Name, local, replace, cancellationToken).ConfigureAwait(false);
        }
        return artifact;
    }

    /// <summary>Copies the only file of an artifact to a local file, and verifies it.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="localFile">The local file, which must not exist; its folder must exist.</param>
    /// <param name="cancellationToken">Cancels the operation; nothing remains.</param>
    /// <returns>The artifact.</returns>
    /// <exception cref="MaterializationException">The artifact has no files or several files.</exception>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.AlreadyExists"/>: something exists at this name. As for
    /// <see cref="DownloadAsync(BlobDigest, string, CancellationToken)"/> otherwise.</exception>
    public Task<Artifact> DownloadFileAsync(BlobDigest digest, string localFile, CancellationToken cancellationToken = default) =>
        DownloadFileAsync(digest, localFile, replace: false, cancellationToken);

    /// <summary>Copies the only file of an artifact to a local file, and verifies it.</summary>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="localFile">The local file, whose folder must exist.</param>
    /// <param name="replace">true to replace a file that exists, when the new content is complete and verified. false if it is an error.</param>
    /// <param name="cancellationToken">Cancels the operation; a file that exists stays as it was.</param>
    /// <returns>The artifact.</returns>
    /// <exception cref="MaterializationException">The artifact has no files or several files.</exception>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.AlreadyExists"/>: something exists at this name that is not to be replaced, or a folder. As for
    /// <see cref="DownloadAsync(BlobDigest, string, CancellationToken)"/> otherwise.</exception>
    public async Task<Artifact> DownloadFileAsync(BlobDigest digest, string localFile, bool replace, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        var artifact = await StatAsync(digest, cancellationToken).ConfigureAwait(false);
        var reader = new StoredArtifactReader(_blobs, artifact.Digest, artifact.Manifest, isLoading: false);
        await using var closing = reader.ConfigureAwait(false);
        await PlaceAsync(reader, reader.Single.Name, Path.GetFullPath(localFile), replace, cancellationToken).ConfigureAwait(false);
        return artifact;
    }

    /// <summary>Returns whether the folder is marked as a repository of this version.</summary>
    internal ValueTask<bool> IsMarkedAsync(CancellationToken cancellationToken) => _blobs.IsPreparedAsync(cancellationToken);

    private static ArtifactStore In(ArtifactStore store, StorePath folder)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Under(folder);
    }

    /// <summary>Uses a temporary name until the file is complete and verified.</summary>
    private async Task PlaceAsync(StoredArtifactReader reader, StorePath name, string local, bool replace, CancellationToken cancellationToken)
    {
        if (replace ? Directory.Exists(local) : Path.Exists(local))
            throw Exists(local, name, null);
        var part = $"{local}.{Guid.NewGuid():N}.part";
        try
        {
            await reader.CopyToAsync(name, part, FileMode.CreateNew, cancellationToken).ConfigureAwait(false);
            File.Move(part, local, overwrite: replace);
        }
        catch (IOException e) when (e is not StoreException && (replace ? Directory.Exists(local) : Path.Exists(local)))
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
