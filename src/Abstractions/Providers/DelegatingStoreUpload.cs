using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers;

/// <summary>
/// Base class for the uploads of layers, returned by <see cref="StoreDriver.BeginUploadAsync"/>: an upload that passes all calls to an inner upload.
/// </summary>
/// <param name="inner">The inner upload, which this upload owns.</param>
public abstract class DelegatingStoreUpload(StoreUpload inner) : StoreUpload
{
    /// <summary>Gets the inner upload.</summary>
    protected StoreUpload Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public override int MaxParallelParts => Inner.MaxParallelParts;

    /// <inheritdoc/>
    public override bool AcceptsAnyPartSize => Inner.AcceptsAnyPartSize;

    /// <inheritdoc/>
    public override int GetPartSize(int number) => Inner.GetPartSize(number);

    /// <inheritdoc/>
    public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken) => Inner.WritePartAsync(part, cancellationToken);

    /// <summary>
    /// Returns false: a layer that processes the parts must receive them. A layer that does not process them overrides this method to pass the call on.
    /// </summary>
    /// <inheritdoc/>
    public override ValueTask<bool> TryTakeFileAsync(SafeFileHandle file, long length, Action<long>? progress, CancellationToken cancellationToken) => new(false);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) => Inner.CompleteAsync(last, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Inner.DisposeAsync();
    }
}
