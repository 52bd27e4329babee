using Cairn.Providers.Local.Platform;
using Cairn.Streams;

namespace Cairn.Providers.Local;

/// <summary>Flushes the writes of many writers with one flush of the volume if that is cheaper than one flush for each.</summary>
/// <remarks>
/// If there are few writers, each flushes its own file. Additional writers gather while a flush is running, and the next flush covers all of them.
/// Thread-safe.
/// </remarks>
/// <param name="openVolume">Opens the volume when the first file is about to be written; null if the volume cannot be flushed as a whole.</param>
internal sealed class FlushGroup(Func<LocalVolume?> openVolume) : IDisposable
{
    /// <summary>The number of writers that flush separately at the same time; additional writers gather.</summary>
    private const int MostAlone = 4;

    private readonly Lock _gate = new();
    private readonly Lock _turn = new();
    private volatile LocalVolume? _volume;
    private bool _hasLooked;
    private Batch? _next;
    private int _alone;
    private int _together;

    /// <summary>Gets the number of writers that wait for the next flush.</summary>
    internal int Gathered
    {
        get
        {
            lock (_gate)
                return _next?.Count ?? 0;
        }
    }

    /// <summary>Must be called before the data to be flushed is written: failures of the device are reported from then on.</summary>
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

    /// <summary>Flushes an object on a device. On return, it is on the device.</summary>
    /// <param name="device">The device of the object.</param>
    /// <param name="alone">Flushes the object separately.</param>
    /// <exception cref="IOException">The device has lost data, not necessarily of this object.</exception>
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

    /// <summary>Performs one flush of the volume at a time: an error is reported once, and belongs to the writers that gathered for that flush.</summary>
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
                // Any exception must be reported to the waiting writers.
                failure = e;
            }
            lock (_gate)
                _together--;
            batch.End(failure);
        }
        return failure;
    }

    /// <summary>The writers that wait for one flush.</summary>
    private sealed class Batch
    {
        // A flush takes long: a thread that spins while it waits takes processor time from the threads that write.
        private readonly ManualResetEventSlim _done = new(false, spinCount: 0);
        private Exception? _failure;

        public int Count { get; set; }

        public void End(Exception? failure)
        {
            _failure = failure;
            _done.Set();
        }

        public Exception? Wait()
        {
            _done.Wait();
            return _failure;
        }
    }
}
