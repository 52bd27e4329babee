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
    /// A stream that publishes on <see cref="StoreWriteStream.CompleteAsync"/> only. The caller disposes it; disposed before completion, it leaves what was there.
    /// </returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.Unsupported"/> when the store cannot hold the mode, the content type or the metadata; <see cref="StoreErrorCode.PathConflict"/>;
    /// <see cref="StoreErrorCode.AlreadyExists"/> and <see cref="StoreErrorCode.PreconditionFailed"/> here or at completion.
    /// </exception>
    public async Task<StoreWriteStream> OpenWriteAsync(
        StorePath path, WriteMode mode, OpenWriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var parallelism = options.Parallelism ?? Options.PartParallelism;
        var upload = await BeginUploadAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
        return new StoreWriteStream(this, path, upload, options, parallelism);
    }

    /// <summary>Writes content that is in memory, without a copy where the driver takes it in one piece.</summary>
    internal async Task<StoreEntry> WriteWholeAsync(
        StorePath path, WriteMode mode, ReadOnlyMemory<byte> content, OpenWriteOptions? options, CancellationToken cancellationToken)
    {
        options = (options ?? new()) with { Length = content.Length };
        if (options.ExpectedChecksum is not null || options.ComputeSha256)
            return await StreamWholeAsync().ConfigureAwait(false);
        var upload = await BeginUploadAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
        if (content.Length > upload.GetPartSize(0) && !upload.AcceptsAnyPartSize)
        {
            var stream = new StoreWriteStream(this, path, upload, options, options.Parallelism ?? Options.PartParallelism);
            await using var disposing = stream.ConfigureAwait(false);
            await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            return await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        await using var closing = new UploadScope(this, path, upload).ConfigureAwait(false);
        try
        {
            return await upload.CompleteAsync(new UploadPart(0, 0, content), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRaw(e, StoreOperations.Write, path, cancellationToken))
        {
            throw Wrap(e, StoreOperations.Write, path);
        }

        async Task<StoreEntry> StreamWholeAsync()
        {
            var stream = await OpenWriteAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
            await using var disposing = stream.ConfigureAwait(false);
            await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            return await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<StoreUpload> BeginUploadAsync(StorePath path, WriteMode mode, OpenWriteOptions options, CancellationToken cancellationToken)
    {
        NotRoot(path, nameof(path));
        WriteOptionChecks.Validate(options);
        Enter(cancellationToken);
        CheckMode(mode, StoreOperations.OpenWrite, path);
        if (options.ContentType is not null && !Capabilities.ContentType)
            throw CreateException(StoreErrorCode.Unsupported, "this store keeps no content type", StoreOperations.OpenWrite, path);
        if (options.Metadata.Count > 0 && !Capabilities.Metadata)
            throw CreateException(StoreErrorCode.Unsupported, "this store keeps no metadata", StoreOperations.OpenWrite, path);
        if (options.Modified is not null && !Capabilities.ModifiedTime)
            throw CreateException(StoreErrorCode.Unsupported, "this store keeps no modified time that is given", StoreOperations.OpenWrite, path);
        if (options.IsExecutable && !Capabilities.Executable)
            throw CreateException(StoreErrorCode.Unsupported, "this store does not keep that a file is executable", StoreOperations.OpenWrite, path);
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
        catch (Exception e) when (IsRaw(e, StoreOperations.OpenWrite, path, cancellationToken))
        {
            throw Wrap(e, StoreOperations.OpenWrite, path);
        }
    }
}
