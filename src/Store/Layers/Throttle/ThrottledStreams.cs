using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>Content that has a place while it is read and keeps to the rate of bytes.</summary>
internal sealed class ThrottledReadStream(Stream inner, ThrottleDriver throttle) : DelegatingReadStream(inner)
{
    private int _owed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Paid before the next read and not after this one: a wait that is cancelled must not lose bytes that have been read.
        await throttle.TakeBytesAsync(_owed, cancellationToken).ConfigureAwait(false);
        _owed = 0;
        using var place = await throttle.EnterAsync(cancellationToken, isCall: false).ConfigureAwait(false);
        return _owed = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>An upload each of whose calls has a place and keeps to the rates.</summary>
internal sealed class ThrottledUpload(StoreUpload inner, ThrottleDriver throttle) : DelegatingStoreUpload(inner)
{
    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        await throttle.TakeBytesAsync(part.Data.Length, cancellationToken).ConfigureAwait(false);
        using var place = await throttle.EnterAsync(cancellationToken).ConfigureAwait(false);
        await Inner.WritePartAsync(part, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        await throttle.TakeBytesAsync(last.Data.Length, cancellationToken).ConfigureAwait(false);
        using var place = await throttle.EnterAsync(cancellationToken).ConfigureAwait(false);
        return await Inner.CompleteAsync(last, cancellationToken).ConfigureAwait(false);
    }
}
