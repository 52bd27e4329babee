using Microsoft.Extensions.Logging;

namespace Cairn.Catalog.Checkpoints;

/// <summary>Makes a checkpoint after about every thousandth batch that this process publishes. Each batch has the same chance, so processes need not agree on who makes one.</summary>
/// <param name="loggers">Creates the logger of failures.</param>
/// <param name="make">Makes a checkpoint.</param>
/// <param name="odds">The number of batches for one checkpoint on average.</param>
internal sealed partial class CheckpointTrigger(ILoggerFactory loggers, Func<CancellationToken, Task<bool>> make, int odds = 1000) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _making = Task.CompletedTask;
    private int _isMaking;
    private int _isDisposed;

    /// <summary>Takes notice of a batch.</summary>
    public void OnBatch()
    {
        if (Random.Shared.Next(odds) == 0 && !_stopping.IsCancellationRequested && Interlocked.Exchange(ref _isMaking, 1) == 0)
            _making = Task.Run(MakeAsync, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        // Called again by another owner, it waits as well.
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            await _stopping.CancelAsync().ConfigureAwait(false);
        await _making.ConfigureAwait(false);
    }

    private async Task MakeAsync()
    {
        try
        {
            await make(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Another batch makes it.
        }
        catch (StoreException e)
        {
            LogFailure(loggers.CreateLogger<CheckpointTrigger>(), e);
        }
        finally
        {
            Volatile.Write(ref _isMaking, 0);
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "A checkpoint of the catalog could not be written. Nothing is lost; a later one contains the same records.")]
    private static partial void LogFailure(ILogger logger, Exception exception);
}
