using Cairn.Providers;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Layers;

/// <summary>An upload whose parts and completion are tried again.</summary>
internal sealed class RetryUpload(StoreUpload inner, StoreDriver driver, UploadRequest request, RetryPolicy policy) : DelegatingStoreUpload(inner)
{
    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken) =>
        await policy.RunAsync("write", (Inner, part), static async (a, c) =>
        {
            await a.Inner.WritePartAsync(a.part, c).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);

    /// <summary>Not tried again: it is the system's own copy between local files.</summary>
    public override ValueTask<bool> TryTakeFileAsync(SafeFileHandle file, long length, Action<long>? progress, CancellationToken cancellationToken) =>
        Inner.TryTakeFileAsync(file, length, progress, cancellationToken);

    public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        var attempts = policy.Begin("write");
        while (true)
        {
            TimeSpan delay;
            try
            {
                return await Inner.CompleteAsync(last, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (attempts.MayRetry(e, onlyRefused: false, cancellationToken, out delay))
            {
            }
            catch (Exception e) when (attempts.Failed > 0 && LostAnswer.IsRefusal(driver, e))
            {
                return await LostAnswer.RecogniseWriteAsync(driver, request, last, e, cancellationToken).ConfigureAwait(false);
            }
            await policy.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }
}
