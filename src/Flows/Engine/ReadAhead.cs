namespace Cairn.Flows.Engine;

/// <summary>Loads a property of the next branches of a join when code reads it from one branch: such code usually reads the property of all branches. Thread-safe.</summary>
/// <remarks>Nothing is loaded before the first read, and a merge reads no value.</remarks>
/// <param name="prefetch">Bounds the memory.</param>
/// <param name="step">The name of the join.</param>
/// <param name="cancellationToken">Cancels the loads.</param>
internal sealed class ReadAhead(Prefetch prefetch, string step, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly Prefetch.Room _room = prefetch.Reserve();
    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _next = [];
    private readonly List<Task> _loads = [];
    private IReadOnlyList<IFlowState> _branches = [];
    private bool _hasEnded;

    /// <summary>Begins to follow the reads of the states of the branches, which are bound.</summary>
    public void Follow(IReadOnlyList<IFlowState> branches)
    {
        _branches = branches;
        for (var i = 0; i < branches.Count; i++)
        {
            foreach (var slot in branches[i].Slots)
                (slot.Position, slot.Sought) = (i, Advance);
        }
    }

    /// <summary>Stops the loads, and waits for their end.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _hasEnded = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_loads).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _room.Dispose();
        _stopping.Dispose();
    }

    private void Advance(StateSlot read)
    {
        var slots = _branches[read.Position].Slots;
        var property = 0;
        while (slots[property] != read)
            property++;
        lock (_gate)
        {
            if (_hasEnded)
                return;
            var end = Math.Min(_branches.Count, read.Position + 1 + Prefetch.MaxCount);
            for (var i = Math.Max(_next.GetValueOrDefault(property), read.Position + 1); i < end; i++)
            {
                var slot = _branches[i].Slots[property];
                if (slot is { Value: not null, IsEager: false, IsSecret: false, IsRead: false })
                    _loads.Add(Task.Run(() => prefetch.LoadAsync(step, slot, _room, _stopping.Token), _stopping.Token));
                _next[property] = i + 1;
            }
        }
    }
}
