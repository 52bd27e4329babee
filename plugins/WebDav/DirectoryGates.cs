namespace Cairn.Plugins.WebDav;

/// <summary>Lets one writer of this store at a time ask the server for a directory's lock, so that they wait for each other here and not by asking again and again.</summary>
internal sealed class DirectoryGates
{
    private readonly Lock _lock = new();
    private readonly Dictionary<StorePath, Gate> _gates = [];

    /// <summary>Waits for the directory's turn.</summary>
    /// <returns>What ends the turn when it is disposed.</returns>
    public async ValueTask<IDisposable> EnterAsync(StorePath directory, CancellationToken cancellationToken)
    {
        Gate gate;
        lock (_lock)
        {
            if (!_gates.TryGetValue(directory, out gate!))
                _gates.Add(directory, gate = new(this, directory));
            gate.Users++;
        }
        try
        {
            await gate.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(gate);
            throw;
        }
        return gate;
    }

    private void Leave(Gate gate)
    {
        lock (_lock)
        {
            if (--gate.Users > 0)
                return;
            _gates.Remove(gate.Directory);
        }
        gate.Turn.Dispose();
    }

    private sealed class Gate(DirectoryGates gates, StorePath directory) : IDisposable
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public StorePath Directory { get; } = directory;

        public int Users { get; set; }

        public void Dispose()
        {
            Turn.Release();
            gates.Leave(this);
        }
    }
}
