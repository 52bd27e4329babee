using Cairn.Providers.Local.Platform;
using Cairn.Streams;

namespace Cairn.Providers.Local;

/// <summary>Brings what many writers wait for to the device by one flush of the volume, where that is cheaper than one flush for each.</summary>
/// <remarks>
/// A few writers flush their own file, as if they were alone. When more come, they gather while a flush is under way; the next flush is for all of them. Safe to use from
/// many threads.
/// </remarks>
/// <param name="openVolume">Opens the volume when the first file is about to be written; null where it cannot be flushed as a whole.</param>
internal sealed class FlushGroup(Func<LocalVolume?> openVolume) : IDisposable
{
    /// <summary>So many flush each for itself at the same time; who comes then, gathers.</summary>
    private const int MostAlone = 4;

    private readonly Lock _gate = new();
    private readonly Lock _turn = new();
    private volatile LocalVolume? _volume;
    private bool _hasLooked;
    private Batch? _next;
    private int _alone;
    private int _together;

    /// <summary>How many writers wait for the flush that begins next.</summary>
    internal int Gathered
    {
        get
        {
            lock (_gate)
                return _next?.Count ?? 0;
        }
    }

    /// <summary>To be called before what will be flushed is written: failures of the device are told from here on.</summary>
    public void Prepare()
    {
        if (_volume is not null || _hasLooked)
            return;
        lock (_gate)
        {
            if (!_hasLooked)
                (_volume, _hasLooked) = (openVolume(), true);
        }
    }

    /// <summary>Flushes something that is on a device; on return it is there.</summary>
    /// <param name="device">The device that it is on.</param>
    /// <param name="alone">Flushes it alone.</param>
    /// <exception cref="IOException">The device has lost something, not necessarily this.</exception>
    public void Flush(ulong device, Action alone)
    {
        if (_volume is not { } volume || volume.Device != device)
        {
            alone();
            return;
        }
        var batch = Enter(out var leads);
        if (batch is null)
        {
            try
            {
                alone();
            }
            finally
            {
                Interlocked.Decrement(ref _alone);
            }
            return;
        }
        var failure = leads ? Lead(volume, batch) : batch.Wait();
        if (failure is not null)
            throw failure is IOException ? new IOException(failure.Message, failure) : new IOException("The volume could not be flushed.", failure);
    }

    public void Dispose() => _volume?.Dispose();

    private Batch? Enter(out bool leads)
    {
        lock (_gate)
        {
            leads = false;
            if (_next is null && _together == 0 && _alone < MostAlone)
            {
                Interlocked.Increment(ref _alone);
                return null;
            }
            leads = _next is null;
            _next ??= new();
            _next.Count++;
            return _next;
        }
    }

    /// <summary>One flush of the volume at a time: an error that it tells is told once, and belongs to those who gathered for it.</summary>
    private Exception? Lead(LocalVolume volume, Batch batch)
    {
        Exception? failure = null;
        lock (_turn)
        {
            lock (_gate)
            {
                _next = null;
                _together++;
            }
            try
            {
                volume.Flush();
            }
            catch (Exception e)
            {
                // Whatever it is, those who wait must hear of it.
                failure = e;
            }
            lock (_gate)
                _together--;
            batch.End(failure);
        }
        return failure;
    }

    /// <summary>Those who wait for one flush.</summary>
    private sealed class Batch
    {
        private readonly TaskCompletionSource<Exception?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; set; }

        public void End(Exception? failure) => _done.SetResult(failure);

        public Exception? Wait() => Synchronously.Wait(_done.Task);
    }
}
