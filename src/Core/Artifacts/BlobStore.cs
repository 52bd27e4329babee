using System.Text.Json;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Artifacts;

/// <summary>Content-addressed bytes below a root, in the layout of an OCI image layout. A blob is written once, with CreateNew, and never changes.</summary>
internal sealed class BlobStore(ArtifactStore store)
{
    private static readonly ArtifactPath Folder = "blobs/sha256";
    private static readonly ArtifactPath Format = "cairn.json";
    private static readonly ArtifactPath Layout = "oci-layout";
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _prepared;

    public ArtifactStore Store => store;

    /// <summary>Whether large files are best staged in the store and moved into place.</summary>
    public bool CanMove => store.Capabilities.Move == MoveKind.Native;

    public static ArtifactPath PathOf(BlobDigest digest) => Folder / digest.Hex;

    public static ArtifactPath NewStagingPath() => $"staging/{Guid.CreateVersion7():N}";

    /// <summary>Refuses a store of a newer format, and marks a new one.</summary>
    public async ValueTask PrepareAsync(bool forWriting, CancellationToken cancellationToken)
    {
        if (_prepared)
            return;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_prepared)
                return;
            if (await store.ExistsAsync(Format, cancellationToken).ConfigureAwait(false))
                CheckFormat(await store.ReadBytesAsync(Format, cancellationToken).ConfigureAwait(false));
            else if (!forWriting)
                return;
            else
            {
                await MarkLayoutAsync(cancellationToken).ConfigureAwait(false);
                var content = JsonSerializer.SerializeToUtf8Bytes(new($"{Guid.CreateVersion7()}", Checksum.Sha256, ManifestFormat.Version), StoreFormatContext.Default.StoreFormat);
                await PutAsync(Format, content, cancellationToken).ConfigureAwait(false);
            }
            _prepared = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Marks the root as that of an OCI image layout.</summary>
    public ValueTask MarkLayoutAsync(CancellationToken cancellationToken) => PutAsync(Layout, """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray(), cancellationToken);

    public ValueTask PutAsync(BlobDigest digest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => PutAsync(PathOf(digest), content, cancellationToken);

    /// <summary>Moves a staged file to its place.</summary>
    public async ValueTask MoveInAsync(BlobDigest digest, ArtifactPath staged, CancellationToken cancellationToken)
    {
        try
        {
            await store.MoveAsync(staged, PathOf(digest), WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            await store.RemoveAsync(staged, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Uploads a local file, unless its content is there.</summary>
    public async ValueTask UploadAsync(BlobDigest digest, string localFile, CancellationToken cancellationToken)
    {
        if (await store.TryStatAsync(PathOf(digest), cancellationToken).ConfigureAwait(false) is not null)
            return;
        try
        {
            await store.UploadFileAsync(localFile, PathOf(digest), WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            // Another writer was faster with the same bytes.
            return;
        }
    }

    /// <summary>Opens a blob. The read that reaches its end fails when the bytes are not those of its digest.</summary>
    public async ValueTask<ArtifactReadStream> OpenAsync(BlobDigest digest, long length, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);
        var stream = await store.OpenReadAsync(path, new() { ExpectedChecksum = digest.Checksum, IsSequential = true }, cancellationToken).ConfigureAwait(false);
        if (stream.Length == length)
            return stream;
        await stream.DisposeAsync().ConfigureAwait(false);
        throw store.Failure(StoreErrorCode.IntegrityFailure, $"the blob has {stream.Length} bytes and should have {length}", Operations.Read, path);
    }

    /// <summary>Reads a manifest, checked against its digest.</summary>
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
            throw new ArtifactStoreException(
                new StoreFault(StoreErrorCode.Unsupported, $"this blob is no manifest of an artifact: {e.Message}"), e).WithContext(Operations.Read, store.UriOf(PathOf(digest)));
        }
    }

    public async ValueTask<byte[]> ReadManifestBytesAsync(BlobDigest digest, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);
        await PrepareAsync(forWriting: false, cancellationToken).ConfigureAwait(false);
        var stream = await store.OpenReadAsync(path, new() { ExpectedChecksum = digest.Checksum, IsSequential = true }, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        if (stream.Length > ManifestFormat.MaxBytes)
            throw store.Failure(StoreErrorCode.Unsupported, $"this blob is no manifest of an artifact: it has {stream.Length} bytes", Operations.Read, path);
        var content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        // A read of nothing checks nothing, and an empty blob is damage as well.
        await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        return content;
    }

    private async ValueTask PutAsync(ArtifactPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteBytesAsync(path, content, WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            // The address is the content: what is there is the same.
            return;
        }
    }

    private void CheckFormat(byte[] content)
    {
        StoreFormat? format;
        try
        {
            format = JsonSerializer.Deserialize(content, StoreFormatContext.Default.StoreFormat);
        }
        catch (JsonException e)
        {
            throw new ArtifactStoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, "it does not say which format the store has") { Advice = "Is this the root of a Cairn store?" }, e)
                .WithContext(Operations.Read, store.UriOf(Format));
        }
        if (format is not { Digest: Checksum.Sha256, Format: <= ManifestFormat.Version })
            throw store.Failure(StoreErrorCode.Unsupported, $"the store has format {format?.Format} with {format?.Digest}, and this version of Cairn knows up to {ManifestFormat.Version} with sha256", Operations.Read, Format, "Use a newer version of Cairn.");
    }
}
