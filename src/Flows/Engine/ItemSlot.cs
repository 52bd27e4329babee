namespace Cairn.Flows.Engine;

/// <summary>The place of an item among those of a foreach that run at the same time. Not thread-safe: an item runs one task after the other.</summary>
/// <param name="places">The free places.</param>
internal sealed class ItemSlot(SemaphoreSlim places)
{
    private bool _isHeld;

    /// <summary>Waits for a free place, unless the item has one.</summary>
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        if (_isHeld)
            return;
        await places.WaitAsync(cancellationToken).ConfigureAwait(false);
        _isHeld = true;
    }

    /// <summary>Leaves the place to another item.</summary>
    public void Release()
    {
        if (!_isHeld)
            return;
        _isHeld = false;
        places.Release();
    }
}
