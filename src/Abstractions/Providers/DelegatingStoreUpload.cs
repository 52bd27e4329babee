using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers;

/// <summary>An upload over another that passes every call on: what a layer returns from <see cref="StoreDriver.BeginUploadAsync"/>.</summary>
/// <param name="inner">The upload below; owned.</param>
public abstract class DelegatingStoreUpload(StoreUpload inner) : StoreUpload
{
    /// <summary>The upload below.</summary>
    protected StoreUpload Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public override int MaxParallelParts => Inner.MaxParallelParts;

    /// <inheritdoc/>
    public override bool AcceptsAnyPartSize => Inner.AcceptsAnyPartSize;

    /// <inheritdoc/>
    public override int GetPartSize(int number) => Inner.GetPartSize(number);

    /// <inheritdoc/>
    public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken) => Inner.WritePartAsync(part, cancellationToken);

    /// <summary>Takes none: a layer that looks at the parts must see them. One that does not look passes the call on.</summary>
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
