using System.Diagnostics;
using Cairn.Providers;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Layers;

/// <summary>An upload that counts its bytes and ends its operation when it completes, or is given up.</summary>
internal sealed class TelemetryUpload(StoreUpload inner, StoreOperation operation) : DelegatingStoreUpload(inner)
{
    private Exception? _failure;

    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        Activity.Current = operation.Activity ?? Activity.Current;
        try
        {
            await Inner.WritePartAsync(part, cancellationToken).ConfigureAwait(false);
            operation.Transmitted(part.Data.Length);
        }
        catch (Exception e)
        {
            _failure = e;
            throw;
        }
    }

    public override async ValueTask<bool> TryTakeFileAsync(SafeFileHandle file, long length, Action<long>? progress, CancellationToken cancellationToken)
    {
        Activity.Current = operation.Activity ?? Activity.Current;
        try
        {
            if (!await Inner.TryTakeFileAsync(file, length, progress, cancellationToken).ConfigureAwait(false))
                return false;
            operation.Transmitted(length);
            return true;
        }
        catch (Exception e)
        {
            _failure = e;
            throw;
        }
    }

    public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        Activity.Current = operation.Activity ?? Activity.Current;
        try
        {
            var info = await Inner.CompleteAsync(last, cancellationToken).ConfigureAwait(false);
            operation.Transmitted(last.Data.Length);
            operation.Succeed();
            return info;
        }
        catch (Exception e)
        {
            _failure = e;
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        // Whatever failed may have been tried again, so that it is a failure is known only here.
        operation.Fail(_failure ?? new OperationCanceledException("The write was given up before it was completed."));
        await Inner.DisposeAsync().ConfigureAwait(false);
    }
}
