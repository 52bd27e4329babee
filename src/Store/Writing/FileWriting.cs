using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Writing;

/// <summary>Begins writes, and writes content that is in memory.</summary>
internal static class FileWriting
{
    /// <inheritdoc cref="ArtifactStore.OpenWriteAsync"/>
    public static async Task<StoreWriteStream> OpenWriteAsync(this StoreCore store, StorePath path, WriteMode mode, OpenWriteOptions? options, CancellationToken cancellationToken)
    {
        options ??= new();
        var parallelism = options.Parallelism ?? store.Options.PartParallelism;
        var upload = await BeginUploadAsync(store, path, mode, options, cancellationToken).ConfigureAwait(false);
        return new StoreWriteStream(store, path, upload, options, parallelism);
    }

    /// <summary>Writes content that is in memory, without a copy if the driver accepts it in one piece.</summary>
    public static async Task<StoreEntry> WriteWholeAsync(
        this StoreCore store, StorePath path, WriteMode mode, ReadOnlyMemory<byte> content, OpenWriteOptions? options, CancellationToken cancellationToken)
    {
        options = (options ?? new()) with { Length = content.Length };
        if (options.ExpectedChecksum is not null || options.ComputeSha256)
            return await StreamWholeAsync().ConfigureAwait(false);
        var upload = await BeginUploadAsync(store, path, mode, options, cancellationToken).ConfigureAwait(false);
        if (content.Length > upload.GetPartSize(0) && !upload.AcceptsAnyPartSize)
        {
            var stream = new StoreWriteStream(store, path, upload, options, options.Parallelism ?? store.Options.PartParallelism);
            await using var disposing = stream.ConfigureAwait(false);
            await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            return await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        await using var closing = new UploadScope(store, path, upload).ConfigureAwait(false);
        return await store.Guard(StoreOperations.Write, path)
            .RunAsync(upload, new UploadPart(0, 0, content), static (upload, part, stopping) => upload.CompleteAsync(part, stopping), cancellationToken).ConfigureAwait(false);

        async Task<StoreEntry> StreamWholeAsync()
        {
            var stream = await store.OpenWriteAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
            await using var disposing = stream.ConfigureAwait(false);
            await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            return await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static ValueTask<StoreUpload> BeginUploadAsync(StoreCore store, StorePath path, WriteMode mode, OpenWriteOptions options, CancellationToken cancellationToken)
    {
        StoreCore.NotRoot(path, nameof(path));
        WriteOptionChecks.Validate(options);
        store.Enter(cancellationToken);
        var request = new UploadRequest(path, mode)
        {
            ContentType = options.ContentType,
            Metadata = options.Metadata,
            Length = options.Length,
            Modified = options.Modified,
            IsExecutable = options.IsExecutable,
        };
        return store.Guard(StoreOperations.OpenWrite, path).RunAsync(store.Driver, request, static (driver, request, stopping) => driver.BeginUploadAsync(request, stopping), cancellationToken);
    }
}
