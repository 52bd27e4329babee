using Cairn.Providers;

namespace Cairn.Conformance;

/// <summary>A layer whose calls continue on another thread: calls to a driver that never yields then overlap.</summary>
internal sealed class YieldingDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken));

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            await Task.Yield();
            await Inner.WritePartAsync(part, cancellationToken);
        }

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await Inner.CompleteAsync(last, cancellationToken);
        }
    }
}
