namespace Cairn.Catalog.Assets;

/// <summary>Lets one append to an asset go out after the other, so that a process does not race with itself. A gate exists only while somebody uses it.</summary>
internal sealed class AssetGates
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Gate> _gates = [];

    /// <summary>Waits for the turn of the caller.</summary>
    /// <returns>The turn, whose disposal ends it.</returns>
    public async Task<Turn> EnterAsync(Guid asset, CancellationToken cancellationToken)
    {
        Gate gate;
        lock (_lock)
        {
            if (!_gates.TryGetValue(asset, out gate!))
                _gates.Add(asset, gate = new());
            gate.Users++;
        }
        var waits = gate.Semaphore.CurrentCount == 0;
        try
        {
            await gate.Semaphore.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(asset, gate);
            throw;
        }
        return new(this, asset, gate, waits);
    }

    private void Leave(Guid asset, Gate gate)
    {
        lock (_lock)
        {
            if (--gate.Users > 0)
                return;
            _gates.Remove(asset);
        }
        gate.Semaphore.Dispose();
    }

    /// <summary>The turn of a caller.</summary>
    internal sealed class Turn(AssetGates gates, Guid asset, Gate gate, bool waited) : IDisposable
    {
        /// <summary>Whether another caller may have appended in the meantime.</summary>
        public bool Waited { get; } = waited;

        public void Dispose()
        {
            gate.Semaphore.Release();
            gates.Leave(asset, gate);
        }
    }

    internal sealed class Gate
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Users { get; set; }
    }
}
