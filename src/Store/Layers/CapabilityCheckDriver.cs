using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>Refuses with <see cref="StoreErrorCode.Unsupported"/>, before any byte moves, what the driver below does not declare in its <see cref="StoreCapabilities"/>.</summary>
/// <remarks>
/// The one home of that check: drivers need none of their own, and the façade only chooses between ways by what is declared. <c>ArtifactStore</c> puts it around
/// every driver.
/// </remarks>
/// <param name="inner">The driver below; owned.</param>
internal sealed class CapabilityCheckDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly StoreCapabilities _can = inner.Capabilities;

    /// <inheritdoc/>
    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var refusal = Refusal(request.Mode)
            ?? (request.ContentType is not null && !_can.ContentType ? Refusal("keep a content type") : null)
            ?? (request.Metadata.Count > 0 && !_can.Metadata ? Refusal("keep metadata") : null)
            ?? (request.Modified is not null && !_can.ModifiedTime ? Refusal("keep a modified time that is given") : null)
            ?? (request.IsExecutable && !_can.Executable ? Refusal("keep that a file is executable") : null);
        return refusal is null ? Inner.BeginUploadAsync(request, cancellationToken) : ValueTask.FromException<StoreUpload>(refusal);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        _can.List ? Inner.ListAsync(request, cancellationToken) : throw Refusal("list");

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_can.WriteModes == WriteModes.None)
            return ValueTask.FromException<IReadOnlyList<DeleteResult>>(Refusal("delete: it is read-only"));
        if (request.Targets.Count > _can.DeleteBatch)
            throw new ArgumentException($"{request.Targets.Count} targets in one delete; this store takes {_can.DeleteBatch}.", nameof(request));
        if (!_can.DeleteIfMatch && request.Targets.Any(static t => t.IfMatch is not null))
            return ValueTask.FromException<IReadOnlyList<DeleteResult>>(Refusal("bind a delete to a version"));
        return Inner.DeleteAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var refusal = _can.Copy ? Refusal(request.Mode) : Refusal("copy by itself");
        return refusal is null ? Inner.CopyAsync(request, cancellationToken) : ValueTask.FromException<StoreEntry>(refusal);
    }

    /// <inheritdoc/>
    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var refusal = _can.Move == MoveKind.Native ? Refusal(request.Mode) : Refusal("move by itself");
        return refusal is null ? Inner.MoveAsync(request, cancellationToken) : ValueTask.FromException(refusal);
    }

    /// <inheritdoc/>
    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) =>
        _can.WriteModes == WriteModes.None ? ValueTask.FromException(Refusal("make a directory: it is read-only"))
        : _can.Directories == DirectoryKind.None ? ValueTask.FromException(Refusal("make a directory: it has none of their own"))
        : Inner.MakeDirectoryAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) =>
        _can.Touch ? Inner.TouchAsync(path, cancellationToken) : ValueTask.FromException<StoreEntry>(Refusal("touch a file without rewriting it"));

    /// <inheritdoc/>
    public override ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) =>
        _can.Presign && (_can.PresignContentType || request.ContentType is null) ? Inner.PresignAsync(request, cancellationToken) : ValueTask.FromException<Uri>(Refusal("make presigned URLs"));

    /// <inheritdoc/>
    public override IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) =>
        _can.Staged ? Inner.ListStagedAsync(cancellationToken) : throw Refusal("list staged uploads");

    /// <inheritdoc/>
    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) =>
        _can.Staged ? Inner.RemoveStagedAsync(staged, cancellationToken) : ValueTask.FromException(Refusal("remove staged uploads"));

    private static StoreException Refusal(string what) => new(StoreErrorCode.Unsupported, "this store cannot " + what);

    private StoreException? Refusal(WriteMode mode)
    {
        if (mode.Kind == WriteModes.None)
            throw new ArgumentException("The default WriteMode says nothing: choose CreateNew, Replace or Match.", nameof(mode));
        if ((_can.WriteModes & mode.Kind) != 0)
            return null;
        return Refusal(_can.WriteModes == WriteModes.None ? "be written: it is read-only" : $"write with {mode.Kind}; it can {_can.WriteModes}");
    }
}
