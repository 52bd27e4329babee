namespace Cairn.Providers;

/// <summary>
/// Base class for layers: a driver that passes all calls to an inner driver. Derive from it and override the members that the layer changes.
/// </summary>
/// <remarks>It owns the inner driver and disposes it. A test checks that it overrides every virtual member, so no call bypasses the inner driver.</remarks>
public abstract class DelegatingStoreDriver : StoreDriver
{
    /// <summary>Initializes a new layer with the root of the inner driver.</summary>
    /// <param name="inner">The inner driver, which the layer owns.</param>
    protected DelegatingStoreDriver(StoreDriver inner)
        : this(inner, (inner ?? throw new ArgumentNullException(nameof(inner))).Root)
    {
    }

    /// <summary>Initializes a new layer that changes paths and therefore has a different root.</summary>
    /// <param name="inner">The inner driver, which the layer owns.</param>
    /// <param name="root">The root of the layer.</param>
    protected DelegatingStoreDriver(StoreDriver inner, StoreUri root)
        : base(root)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
    }

    /// <summary>Gets the inner driver.</summary>
    protected StoreDriver Inner { get; }

    /// <inheritdoc/>
    public override StoreUri Place => Inner.Place;

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => Inner.Capabilities;

    /// <inheritdoc/>
    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => Inner.StatAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) => Inner.OpenReadAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        Inner.BeginUploadAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        Inner.ListAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        Inner.DeleteAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) => Inner.CopyAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => Inner.MoveAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => Inner.MakeDirectoryAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) => Inner.TouchAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) => Inner.PresignAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) => Inner.ListStagedAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) => Inner.RemoveStagedAsync(staged, cancellationToken);

    /// <inheritdoc/>
    public override StoreFault Classify(Exception exception) => Inner.Classify(exception);

    /// <inheritdoc/>
    public override string? GetLocalPath(StorePath path) => Inner.GetLocalPath(path);

    /// <inheritdoc/>
    public override object? GetService(Type serviceType) => base.GetService(serviceType) ?? Inner.GetService(serviceType);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Inner.DisposeAsync();
    }
}
