using System.Text.Json;
using Cairn.Artifacts.Chunking;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Artifacts;

/// <summary>Content-addressed blobs below a root, in the layout of an OCI image layout. A blob is written once, with CreateNew, and never changes.</summary>
/// <param name="store">The store of the folder.</param>
/// <param name="above">The store that contains the folder; null if the folder is its root.</param>
/// <param name="version">The version of the format. Only the current one is written.</param>
internal sealed class BlobStore(ArtifactStore store, ArtifactStore? above, int version = StoreFormat.Version) : IChunkTarget
{
    public static readonly StorePath Folder = "blobs/sha256";
    public static readonly StorePath Staging = "staging";
    private static readonly StorePath Layout = "oci-layout";
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly BlobLengths _lengths = new(store);
    private volatile bool _chunkedByDefault;
    private volatile bool _prepared;

    public ArtifactStore Store => store;

    /// <summary>Gets whether the repository has the format that this code writes.</summary>
    public bool IsCurrent => version == StoreFormat.Version;

    /// <summary>Gets the store of chunks.</summary>
    public ChunkStore Chunks { get; } = new(store);

    /// <summary>Gets the buffers for chunking.</summary>
    public ChunkBuffers ChunkBuffers { get; } = new();

    /// <summary>Gets whether large files are stored in chunks by default; known after preparation.</summary>
    public bool ChunkedByDefault => _chunkedByDefault;

    /// <summary>Whether large files are best staged in the store and moved into place: in a store that is near, where a question costs nothing. One that answers page by page is remote.</summary>
    public bool CanMove => store.Capabilities is { Move: MoveKind.Native, ListStartAfter: false };

    public static StorePath PathOf(BlobDigest digest) => Folder / digest.Hex;

    public static StorePath NewStagingPath() => Staging / $"{Guid.CreateVersion7():N}";

    /// <summary>Refuses a repository of another version, and marks a new one.</summary>
    /// <param name="forWriting">true to mark the folder if it is not marked yet.</param>
    /// <param name="cancellationToken">Cancels the preparation.</param>
    /// <param name="adopted">The repository of version 1 whose artifacts are copied. It is not a reason to refuse the store, and a new repository keeps its default for chunks.</param>
    public async ValueTask PrepareAsync(bool forWriting, CancellationToken cancellationToken, BlobStore? adopted = null)
    {
        if (_prepared)
            return;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_prepared)
                return;
            if (await store.ExistsAsync(StoreFormat.File, cancellationToken).ConfigureAwait(false))
                _chunkedByDefault = CheckFormat(await store.ReadBytesAsync(StoreFormat.File, cancellationToken).ConfigureAwait(false)).Chunked;
            else if (!forWriting)
                return;
            else
            {
                if (adopted is null)
                    await RefuseRepositoryAboveAsync(cancellationToken).ConfigureAwait(false);
                await MarkLayoutAsync(cancellationToken).ConfigureAwait(false);
                var format = new StoreFormat($"{Guid.CreateVersion7()}", Checksum.Sha256, version, adopted?.ChunkedByDefault ?? false);
                await PutAsync(StoreFormat.File, JsonSerializer.SerializeToUtf8Bytes(format, StoreFormatContext.Default.StoreFormat), cancellationToken).ConfigureAwait(false);
                _chunkedByDefault = format.Chunked;
            }
            _prepared = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Returns whether the root is marked as an artifact store of a supported format.</summary>
    public async ValueTask<bool> IsPreparedAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync(forWriting: false, cancellationToken).ConfigureAwait(false);
        return _prepared;
    }

    /// <summary>
    /// Refuses a store whose root is a repository itself, so that an old store is not taken for an empty one. Called only while the folder is not marked: before it is marked, and
    /// before something is reported as missing.
    /// </summary>
    public async ValueTask RefuseRepositoryAboveAsync(CancellationToken cancellationToken)
    {
        if (_prepared || above is null || await StoreFormat.TryReadAsync(above, cancellationToken).ConfigureAwait(false) is not { } found)
            return;
        throw found.Format == 1
            ? IsVersion1(above, "Bring its artifacts over with 'cairn asset adopt'.")
            : above.CreateException(
                StoreErrorCode.Unsupported, $"it is the folder of a repository, and not a store that contains one in '{store.Root.Path.Name}/'", StoreOperations.Read, StoreFormat.File,
                "Give the store that contains this folder, or StorePath.Root as the folder of the repository.");
    }

    /// <summary>Marks the root as an OCI image layout.</summary>
    public ValueTask MarkLayoutAsync(CancellationToken cancellationToken) => PutAsync(Layout, """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray(), cancellationToken);

    public ValueTask PutAsync(BlobDigest digest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => PutAsync(PathOf(digest), content, cancellationToken);

    /// <summary>Returns whether a blob exists, whole or in chunks.</summary>
    public async Task<bool> ExistsAsync(BlobDigest digest, long length, CancellationToken cancellationToken) =>
        await store.IsFileAsync(PathOf(digest), cancellationToken).ConfigureAwait(false)
        || (length > SpoolStream.ChunkedLimit && await Chunks.ExistsAsync(digest, cancellationToken).ConfigureAwait(false));

    /// <summary>Whether content of this length is worth being hashed before it is written, since it may be there: always where writing is far slower than hashing.</summary>
    public ValueTask<bool> MayHoldAsync(long length, CancellationToken cancellationToken) => CanMove ? _lengths.MayHoldAsync(length, cancellationToken) : ValueTask.FromResult(true);

    /// <summary>Moves a staged file to its final path.</summary>
    public async ValueTask MoveInAsync(BlobDigest digest, StorePath staged, long length, CancellationToken cancellationToken)
    {
        _lengths.Add(length);
        try
        {
            await store.MoveAsync(staged, PathOf(digest), WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            await store.RemoveAsync(staged, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes content with a known digest directly to its final path.</summary>
    public async ValueTask UploadAsync(BlobDigest digest, RepeatableContent content, CancellationToken cancellationToken)
    {
        try
        {
            var options = new OpenWriteOptions { Length = content.Length, ExpectedChecksum = digest.Checksum };
            var stream = await store.OpenWriteAsync(PathOf(digest), WriteMode.CreateNew, options, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            await content.WriteAsync(stream, cancellationToken).ConfigureAwait(false);
            await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            // Another writer has written the same content.
            return;
        }
    }

    /// <summary>Uploads a local file.</summary>
    public async ValueTask UploadAsync(BlobDigest digest, string localFile, CancellationToken cancellationToken)
    {
        try
        {
            await store.UploadFileAsync(localFile, PathOf(digest), WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            // Another writer has written the same content.
            return;
        }
    }

    /// <summary>Opens a blob that is stored whole or in chunks. If its content does not match its digest, the read that reaches the end fails.</summary>
    public async ValueTask<BlobReadStream> OpenAsync(BlobDigest digest, long length, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);
        try
        {
            var stream = await store.OpenReadAsync(path, new() { IsSequential = true }, cancellationToken).ConfigureAwait(false);
            if (stream.Length == length)
                return new(store, stream, digest, length, path);
            await stream.DisposeAsync().ConfigureAwait(false);
            throw store.CreateException(StoreErrorCode.IntegrityFailure, $"the blob has {stream.Length} bytes and should have {length}", StoreOperations.Read, path);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound && length > SpoolStream.ChunkedLimit)
        {
            if (await TryOpenChunkedAsync(digest, length, cancellationToken).ConfigureAwait(false) is { } chunked)
                return chunked;
            throw;
        }
    }

    /// <summary>Opens a part of a blob that is stored whole or in chunks. The content is not verified; only the length of the blob is.</summary>
    public async ValueTask<Stream> OpenRangeAsync(BlobDigest digest, long length, ByteRange range, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);
        try
        {
            var stream = await store.OpenReadAsync(path, new() { Range = range, IsSequential = true }, cancellationToken).ConfigureAwait(false);
            if (stream.Info.Length == length)
                return stream;
            await stream.DisposeAsync().ConfigureAwait(false);
            throw store.CreateException(StoreErrorCode.IntegrityFailure, $"the blob has {stream.Info.Length} bytes and should have {length}", StoreOperations.Read, path);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound && length > SpoolStream.ChunkedLimit)
        {
            if (await TryReadRecipeAsync(digest, length, cancellationToken).ConfigureAwait(false) is { } recipe)
                return new ChunkedStream(store, recipe, range);
            throw;
        }
    }

    /// <summary>Opens a blob that is stored in chunks, or returns null if there is none.</summary>
    public async ValueTask<BlobReadStream?> TryOpenChunkedAsync(BlobDigest digest, long? length, CancellationToken cancellationToken) =>
        await TryReadRecipeAsync(digest, length, cancellationToken).ConfigureAwait(false) is { } recipe
            ? new(store, new ChunkedStream(store, recipe, ByteRange.All), digest, recipe.Length, ChunkStore.RecipePath(digest))
            : null;

    /// <summary>Sets whether large files are stored in chunks by default.</summary>
    public async ValueTask SetChunkedByDefaultAsync(bool chunked, CancellationToken cancellationToken)
    {
        await PrepareAsync(forWriting: true, cancellationToken).ConfigureAwait(false);
        var stream = await store.OpenReadAsync(StoreFormat.File, null, cancellationToken).ConfigureAwait(false);
        StoreFormat format;
        await using (stream.ConfigureAwait(false))
        {
            var content = new byte[Math.Min(stream.Length, StoreFormat.MaxBytes)];
            await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
            format = CheckFormat(content);
        }
        if (format.Chunked != chunked)
        {
            var mode = stream.Info.ETag is { } etag && store.Capabilities.WriteModes.HasFlag(WriteModes.Match) ? WriteMode.Match(etag) : WriteMode.Replace;
            var changed = JsonSerializer.SerializeToUtf8Bytes(format with { Chunked = chunked }, StoreFormatContext.Default.StoreFormat);
            await store.WriteBytesAsync(StoreFormat.File, changed, mode, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        _chunkedByDefault = chunked;
    }

    /// <summary>Reads a manifest and verifies its digest.</summary>
    public async ValueTask<ArtifactManifest> ReadManifestAsync(BlobDigest digest, CancellationToken cancellationToken) =>
        ParseManifest(digest, await ReadManifestBytesAsync(digest, cancellationToken).ConfigureAwait(false));

    public ArtifactManifest ParseManifest(BlobDigest digest, ReadOnlyMemory<byte> content)
    {
        try
        {
            return ManifestParser.Parse(content);
        }
        catch (ManifestFormatException e)
        {
            throw new StoreException(
                new StoreFault(StoreErrorCode.Unsupported, $"this blob is not the manifest of an artifact: {e.Message}"), e).WithContext(StoreOperations.Read, store.GetUri(PathOf(digest)));
        }
    }

    public async ValueTask<byte[]> ReadManifestBytesAsync(BlobDigest digest, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);
        await PrepareAsync(forWriting: false, cancellationToken).ConfigureAwait(false);
        var stream = await OpenManifestAsync(path, digest, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        if (stream.Length > ManifestFormat.MaxBytes)
            throw store.CreateException(StoreErrorCode.Unsupported, $"this blob is not the manifest of an artifact: it has {stream.Length} bytes", StoreOperations.Read, path);
        var content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        // A read of nothing checks nothing, and an empty blob is damage as well.
        await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        return content;
    }

    /// <summary>Writes a file whose path identifies its content: an existing file has the same content.</summary>
    public async ValueTask PutAsync(StorePath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteBytesAsync(path, content, WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            // The address identifies the content, so an existing file is the same.
            return;
        }
    }

    private async ValueTask<StoreReadStream> OpenManifestAsync(StorePath path, BlobDigest digest, CancellationToken cancellationToken)
    {
        try
        {
            return await store.OpenReadAsync(path, new() { ExpectedChecksum = digest.Checksum, IsSequential = true }, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            await RefuseRepositoryAboveAsync(cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<ChunkRecipe?> TryReadRecipeAsync(BlobDigest digest, long? length, CancellationToken cancellationToken)
    {
        ChunkRecipe recipe;
        try
        {
            recipe = await Chunks.ReadRecipeAsync(digest, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
        return length is null || recipe.Length == length
            ? recipe
            : throw store.CreateException(StoreErrorCode.IntegrityFailure, $"the blob has {recipe.Length} bytes and should have {length}", StoreOperations.Read, ChunkStore.RecipePath(digest));
    }

    private StoreFormat CheckFormat(byte[] content)
    {
        StoreFormat format;
        try
        {
            format = StoreFormat.Parse(content);
        }
        catch (JsonException e)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, "it does not contain the store's format version") { Advice = "Is this the folder of a Cairn repository?" }, e)
                .WithContext(StoreOperations.Read, store.GetUri(StoreFormat.File));
        }
        if (format is { Digest: Checksum.Sha256 } && format.Format == version)
            return format;
        throw format is { Digest: Checksum.Sha256, Format: 1 }
            ? IsVersion1(store, above is null
                ? "Bring its artifacts over to another folder or store with 'cairn asset adopt'."
                : "Move the folder to another place in the store, then bring its artifacts over with 'cairn asset adopt'.")
            : store.CreateException(
                StoreErrorCode.Unsupported,
                $"the store has format {format.Format} with {ErrorText.Escape(format.Digest)}, and this version of Cairn knows format {version} with sha256",
                StoreOperations.Read,
                StoreFormat.File,
                format.Format > version ? "Use a newer version of Cairn." : null);
    }

    private static StoreException IsVersion1(ArtifactStore root, string advice) => root.CreateException(
        StoreErrorCode.Unsupported, "it is a repository of format 1, which this version of Cairn reads only to bring its artifacts over to format 2", StoreOperations.Read, StoreFormat.File, advice);
}
