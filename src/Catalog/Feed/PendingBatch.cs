using Cairn.Catalog.Records;

namespace Cairn.Catalog.Feed;

/// <summary>Records that are published together, and the callers that wait for that.</summary>
internal sealed class PendingBatch
{
    /// <summary>The most records of a batch.</summary>
    public const int MaxRecords = 1000;

    /// <summary>The most bytes of a batch.</summary>
    public const int MaxBytes = RecordJson.MaxBytes + 1;

    private readonly List<ReadOnlyMemory<byte>> _records = [];
    private readonly TaskCompletionSource _published = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _bytes;

    /// <summary>Gets a task that completes when the batch is stored.</summary>
    public Task Published => _published.Task;

    /// <summary>Gets the number of records.</summary>
    public int Count => _records.Count;

    /// <summary>Adds a record if there is room.</summary>
    public bool TryAdd(ReadOnlyMemory<byte> record)
    {
        if (_records.Count == MaxRecords || _bytes + record.Length + 1 > MaxBytes)
            return false;
        _records.Add(record);
        _bytes += record.Length + 1;
        return true;
    }

    /// <summary>The lines of the batch.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_bytes];
        var at = 0;
        foreach (var record in _records)
        {
            record.CopyTo(bytes.AsMemory(at));
            at += record.Length;
            bytes[at++] = (byte)'\n';
        }
        return bytes;
    }

    /// <summary>Ends the waiting of the callers.</summary>
    public void Complete(Exception? failure)
    {
        if (failure is null)
            _published.SetResult();
        else
            _published.SetException(failure);
    }
}
