using Microsoft.Extensions.Logging;

namespace Cairn.Catalog.Recording;

/// <summary>The sign of life of a running run: a file that is replaced once a minute, and removed at the end. A run of less than a minute has none, unless its clock is wrong.</summary>
internal sealed partial class LiveSign : IAsyncDisposable
{
    /// <summary>How often the file is replaced.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly ArtifactStore _store;
    private readonly StorePath _path;
    private readonly Func<CancellationToken, Task>? _renewed;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _showing;
    private bool _isWritten;

    /// <summary>Begins to show the sign.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="renewed">Called after each time that the file was replaced. Optional.</param>
    public LiveSign(ArtifactStore store, Guid run, Func<CancellationToken, Task>? renewed)
    {
        (_store, _path, _renewed) = (store, PathOf(run), renewed);
        _showing = ShowAsync();
    }

    public static StorePath PathOf(Guid run) => (StorePath)"live" / run.ToString();

    /// <summary>Writes the first sign now.</summary>
    public void Wake() => _wanted.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _showing.ConfigureAwait(false);
        _stopping.Dispose();
        if (_isWritten)
            await _store.RemoveAsync(_path, CancellationToken.None).ConfigureAwait(false);
    }

    [LoggerMessage(2, LogLevel.Warning, "The sign of life {Path} could not be written. Other programs may show the run as lost until the next attempt in a minute.")]
    private static partial void LogFailure(ILogger logger, StorePath path, Exception exception);

    private async Task ShowAsync()
    {
        var time = _store.Options.TimeProvider;
        for (var first = true; ; first = false)
        {
            var period = Task.Delay(Period, time, _stopping.Token);
            await (first ? Task.WhenAny(period, _wanted.Task) : period).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
                return;
            try
            {
                await _store.WriteBytesAsync(_path, ReadOnlyMemory<byte>.Empty, WriteMode.Replace, cancellationToken: _stopping.Token).ConfigureAwait(false);
                _isWritten = true;
                if (_renewed is not null)
                    await _renewed(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The write may have happened.
                _isWritten = true;
                return;
            }
            catch (StoreException e)
            {
                LogFailure(_store.Options.LoggerFactory.CreateLogger<LiveSign>(), _path, e);
            }
        }
    }
}
