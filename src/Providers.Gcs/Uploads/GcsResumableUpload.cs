using Cairn.Providers;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>
/// A write of known or unknown length that sends the parts sequentially to one resumable upload. Its start has the condition, and its last request has the
/// checksum of the whole content.
/// </summary>
internal sealed class GcsResumableUpload(GcsDriver driver, UploadRequest request) : GcsUpload(driver, request)
{
    private GcsSession? _session;

    public override int GetPartSize(int number) => Driver.Options.PartSize;

    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        _session ??= await GcsSession.StartAsync(Driver, Key, Resource(), Condition, cancellationToken).ConfigureAwait(false);
        await _session.WriteAsync(part.Offset, part.Data, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_session is { } session && !IsCompleted)
        {
            _session = null;
            await session.CancelAsync().ConfigureAwait(false);
        }
    }

    protected override async ValueTask<StorageObject> PublishAsync(UploadPart last, CancellationToken cancellationToken)
    {
        if (_session is null)
            return await PutAsync(last.Data, cancellationToken).ConfigureAwait(false);
        var (made, crc) = await _session.FinishAsync(last.Offset, last.Data, cancellationToken).ConfigureAwait(false);
        return await VerifiedAsync(made, crc, last.Offset + last.Data.Length, cancellationToken).ConfigureAwait(false);
    }
}
