using System.Runtime.InteropServices;

namespace Cairn.Catalog.Recording;

/// <summary>Cancels a run when the process is asked to end. The first signal cancels; the next one ends the process as usual.</summary>
internal sealed class RunSignals : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    public RunSignals(bool isListening, CancellationToken cancellationToken)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (isListening)
            _registrations.AddRange(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether a signal has arrived.</summary>
    public bool HasArrived => Volatile.Read(ref _count) > 0;

    /// <summary>Cancels what the signals would cancel.</summary>
    public Task CancelAsync() => _source.CancelAsync();

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _count) > 1)
            return;
        context.Cancel = true;
        _source.Cancel();
    }
}
