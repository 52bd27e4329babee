using Cairn.Errors;
using Cairn.Materializers;
using Cairn.Transfers;

namespace Cairn.Artifacts;

/// <summary>Reads the files of an artifact in a store.</summary>
/// <param name="blobs">The store of the blobs.</param>
/// <param name="digest">The digest of the artifact.</param>
/// <param name="manifest">The verified manifest.</param>
/// <param name="isLoading">true for a load, which ends with <see cref="FinishAsync"/>; false for a user who reads any part of the files.</param>
internal sealed class StoredArtifactReader(BlobStore blobs, BlobDigest digest, ArtifactManifest manifest, bool isLoading) : ArtifactReader
{
    private readonly Lock _gate = new();
    private readonly List<VerifiedStream> _opened = [];
    private readonly TemporaryFolder.Lazily _temporary = new();

    /// <summary>Gets the manifest of the artifact.</summary>
    public ArtifactManifest Manifest => manifest;

    public override IReadOnlyList<ArtifactFile> Files => manifest.Files;

    public override string MaterializerId => manifest.MaterializerId;

    public override int FormatVersion => manifest.FormatVersion;

    public override IReadOnlyDictionary<string, string> Facts => manifest.Facts;

    public override async ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default)
    {
        var stream = new VerifiedStream(await OpenBlobAsync(name, cancellationToken).ConfigureAwait(false), isLoading);
        if (isLoading)
        {
            lock (_gate)
                _opened.Add(stream);
        }
        return stream;
    }

    public override async ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) =>
        new VerifiedStream(await OpenBlobAsync(name, cancellationToken).ConfigureAwait(false), keepsForFinish: false);

    public override async ValueTask<Stream> OpenRangeAsync(StorePath name, ByteRange range, CancellationToken cancellationToken = default)
    {
        var file = manifest.Files.FirstOrDefault(f => f.Name == name);
        if (file is null || manifest.Inline.ContainsKey(name) || file.Length == 0)
            return await base.OpenRangeAsync(name, range, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return await blobs.OpenRangeAsync(BlobDigest.From(file.Digest), file.Length, range, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default)
    {
        var local = _temporary.FileFor(name);
        await CopyToAsync(name, local, FileMode.CreateNew, cancellationToken).ConfigureAwait(false);
        return local;
    }

    /// <summary>Copies a file to a local one, and verifies it.</summary>
    public async ValueTask CopyToAsync(StorePath name, string localFile, FileMode mode, CancellationToken cancellationToken)
    {
        var source = await OpenBlobAsync(name, cancellationToken).ConfigureAwait(false);
        await using var reading = source.ConfigureAwait(false);
        var target = new FileStream(localFile, mode, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using var writing = target.ConfigureAwait(false);
        await source.CopyToAsync(target, 1 << 20, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Verifies the rest of every opened file, so that no value is returned from unverified content.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        foreach (var stream in _opened)
            await stream.FinishAsync(cancellationToken).ConfigureAwait(false);
        _opened.Clear();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var stream in _opened)
            await stream.CloseAsync().ConfigureAwait(false);
        _opened.Clear();
        _temporary.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<Stream> OpenBlobAsync(StorePath name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (manifest.Inline.TryGetValue(name, out var content))
            return new ReadOnlyMemoryStream(content);
        var file = manifest.Files.FirstOrDefault(f => f.Name == name)
            ?? throw blobs.Store.CreateException(StoreErrorCode.NotFound, $"the artifact has no file '{name}'", StoreOperations.OpenRead, BlobStore.PathOf(digest));
        if (file.Length == 0 && file.Digest == BlobDigest.Of([]).Checksum)
            return new ReadOnlyMemoryStream(default);
        return await blobs.OpenAsync(BlobDigest.From(file.Digest), file.Length, cancellationToken).ConfigureAwait(false);
    }
}
