using Cairn.Errors;
using Cairn.Providers;
using Cairn.Writing;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Begins to write a file.</summary>
    /// <param name="path">The file; its parents come into being by themselves.</param>
    /// <param name="mode">On what condition; the store checks it when the write completes, or earlier.</param>
    /// <param name="options">What goes along; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the opening, not the writing.</param>
    /// <returns>
    /// A stream that publishes on <see cref="ArtifactWriteStream.CompleteAsync"/> only. The caller disposes it; disposed before completion, it leaves what was there.
    /// </returns>
    /// <exception cref="ArtifactStoreException">
    /// <see cref="StoreErrorCode.Unsupported"/> when the store cannot hold the mode, the content type or the metadata; <see cref="StoreErrorCode.PathConflict"/>;
    /// <see cref="StoreErrorCode.AlreadyExists"/> and <see cref="StoreErrorCode.PreconditionFailed"/> here or at completion.
    /// </exception>
    public async Task<ArtifactWriteStream> OpenWriteAsync(
        ArtifactPath path, WriteMode mode, OpenWriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var parallelism = options.Parallelism ?? Options.PartParallelism;
        var upload = await BeginUploadAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
        return new ArtifactWriteStream(this, path, upload, options, parallelism);
    }

    /// <summary>Writes content that is in memory, without a copy where the driver takes it in one piece.</summary>
    internal async Task<ArtifactInfo> WriteWholeAsync(
        ArtifactPath path, WriteMode mode, ReadOnlyMemory<byte> content, OpenWriteOptions? options, CancellationToken cancellationToken)
    {
        options = (options ?? new()) with { Length = content.Length };
        if (options.ExpectedChecksum is not null || options.ComputeSha256)
            return await StreamWholeAsync().ConfigureAwait(false);
        var upload = await BeginUploadAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
        if (content.Length > upload.GetPartSize(0) && !upload.AcceptsAnyPartSize)
        {
            var stream = new ArtifactWriteStream(this, path, upload, options, options.Parallelism ?? Options.PartParallelism);
            await using var disposing = stream.ConfigureAwait(false);
            await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            return await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        await using var closing = new UploadScope(this, path, upload).ConfigureAwait(false);
        try
        {
            return await upload.CompleteAsync(new UploadPart(0, 0, content), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRaw(e, Operations.Write, path, cancellationToken))
        {
            throw Wrap(e, Operations.Write, path);
        }

        async Task<ArtifactInfo> StreamWholeAsync()
        {
            var stream = await OpenWriteAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
            await using var disposing = stream.ConfigureAwait(false);
            await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            return await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<StoreUpload> BeginUploadAsync(ArtifactPath path, WriteMode mode, OpenWriteOptions options, CancellationToken cancellationToken)
    {
        NotRoot(path, nameof(path));
        WriteOptionChecks.Validate(options);
        Enter(cancellationToken);
        CheckMode(mode, Operations.OpenWrite, path);
        if (options.ContentType is not null && !Capabilities.ContentType)
            throw Failure(StoreErrorCode.Unsupported, "this store keeps no content type", Operations.OpenWrite, path);
        if (options.Metadata.Count > 0 && !Capabilities.Metadata)
            throw Failure(StoreErrorCode.Unsupported, "this store keeps no metadata", Operations.OpenWrite, path);
        if (options.Modified is not null && !Capabilities.ModifiedTime)
            throw Failure(StoreErrorCode.Unsupported, "this store keeps no modified time that is given", Operations.OpenWrite, path);
        if (options.IsExecutable && !Capabilities.Executable)
            throw Failure(StoreErrorCode.Unsupported, "this store does not keep that a file is executable", Operations.OpenWrite, path);
        var request = new UploadRequest(path, mode)
        {
            ContentType = options.ContentType,
            Metadata = options.Metadata,
            Length = options.Length,
            Modified = options.Modified,
            IsExecutable = options.IsExecutable,
        };
        try
        {
            return await _driver.BeginUploadAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRaw(e, Operations.OpenWrite, path, cancellationToken))
        {
            throw Wrap(e, Operations.OpenWrite, path);
        }
    }
}
