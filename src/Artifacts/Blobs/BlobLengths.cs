namespace Cairn.Artifacts;

/// <summary>Remembers the lengths of large blobs in a store, so that content is hashed before it is written only where that may spare the write.</summary>
/// <remarks>A hint: what it does not know of is written as if it were new, and found to be there at the end. Safe to use from many threads.</remarks>
internal sealed class BlobLengths(ArtifactStore store)
{
    /// <summary>Below this, looking costs about as much as writing.</summary>
    private const int Large = 4 << 20;

    /// <summary>For so many bytes of content, one more entry is looked at: both take about 2 µs.</summary>
    private const int BytesPerEntry = 4096;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly HashSet<long> _lengths = [];
    private string? _listedUpTo;
    private long _listed;
    private bool _isWhole;

    /// <summary>Takes note of a blob.</summary>
    public void Add(long length)
    {
        if (length < Large)
            return;
        lock (_lengths)
            _lengths.Add(length);
    }

    /// <summary>Whether a blob of this length is known; looks into the store first, further for longer content.</summary>
    public async ValueTask<bool> MayHoldAsync(long length, CancellationToken cancellationToken)
    {
        if (length < Large)
            return false;
        if (Knows(length))
            return true;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isWhole && _listed < length / BytesPerEntry)
                await LookAsync(length / BytesPerEntry, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
        return Knows(length);
    }

    private async ValueTask LookAsync(long most, CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ListAsync(BlobStore.Folder, new() { StartAfter = _listedUpTo }, cancellationToken).ConfigureAwait(false))
        {
            Add(entry.Length);
            _listedUpTo = entry.Path.Value;
            if (++_listed >= most)
                return;
        }
        _isWhole = true;
    }

    private bool Knows(long length)
    {
        lock (_lengths)
            return _lengths.Contains(length);
    }
}
