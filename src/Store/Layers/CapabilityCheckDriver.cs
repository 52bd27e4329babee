using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>
/// Refuses operations that the inner driver does not declare in its <see cref="StoreCapabilities"/> with <see cref="StoreErrorCode.Unsupported"/>, before
/// any data is transferred.
/// </summary>
/// <remarks>
/// Drivers need no check, and the façade only chooses between ways by what is declared. The rules are in <see cref="CapabilityRules"/>. <c>ArtifactStore</c> puts this layer around
/// every driver.
/// </remarks>
/// <param name="inner">The inner driver, which the layer owns.</param>
internal sealed class CapabilityCheckDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private StoreCapabilities Can => Inner.Capabilities;

    /// <inheritdoc/>
    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CapabilityRules.Upload(Can, request) is { } refusal ? ValueTask.FromException<StoreUpload>(refusal) : Inner.BeginUploadAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        CapabilityRules.List(Can) is { } refusal ? throw refusal : Inner.ListAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (CapabilityRules.Delete(Can) is { } readOnly)
            return ValueTask.FromException<IReadOnlyList<DeleteResult>>(readOnly);
        if (request.Targets.Count > Can.DeleteBatch)
            throw new ArgumentException($"{request.Targets.Count} targets in one delete; this store takes {Can.DeleteBatch}.", nameof(request));
        if (!Can.DeleteIfMatch && request.Targets.Any(static t => t.IfMatch is not null))
            return ValueTask.FromException<IReadOnlyList<DeleteResult>>(CapabilityRules.DeleteVersion(Can)!);
        return Inner.DeleteAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CapabilityRules.Copy(Can, request.Mode) is { } refusal ? ValueTask.FromException<StoreEntry>(refusal) : Inner.CopyAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CapabilityRules.MoveNatively(Can, request.Mode) is { } refusal ? ValueTask.FromException(refusal) : Inner.MoveAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) =>
        CapabilityRules.MakeDirectory(Can) is { } refusal ? ValueTask.FromException(refusal) : Inner.MakeDirectoryAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) =>
        CapabilityRules.Touch(Can) is { } refusal ? ValueTask.FromException<StoreEntry>(refusal) : Inner.TouchAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CapabilityRules.Presign(Can, request) is { } refusal ? ValueTask.FromException<Uri>(refusal) : Inner.PresignAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) =>
        CapabilityRules.Staged(Can) is { } refusal ? throw refusal : Inner.ListStagedAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) =>
        CapabilityRules.Staged(Can) is { } refusal ? ValueTask.FromException(refusal) : Inner.RemoveStagedAsync(staged, cancellationToken);
}
