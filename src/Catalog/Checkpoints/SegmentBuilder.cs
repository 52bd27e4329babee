using System.Buffers;

namespace Cairn.Catalog.Checkpoints;

/// <summary>Collects records in order, and saves them as segments.</summary>
internal sealed class SegmentBuilder(CheckpointStore checkpoints, int maxBytes)
{
    private readonly List<SegmentReference> _saved = [];
    private ArrayBufferWriter<byte> _lines = new();
    private long _records;

    /// <summary>Adds a record.</summary>
    public async Task AddAsync(ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        if (_lines.WrittenCount + record.Length + 1 > maxBytes)
            await SaveAsync(cancellationToken).ConfigureAwait(false);
        _lines.Write(record.Span);
        _lines.Write("\n"u8);
        _records++;
    }

    /// <summary>Saves what is left.</summary>
    /// <returns>All segments.</returns>
    public async Task<IReadOnlyList<SegmentReference>> EndAsync(CancellationToken cancellationToken)
    {
        await SaveAsync(cancellationToken).ConfigureAwait(false);
        return _saved;
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (_records == 0)
            return;
        _saved.Add(await checkpoints.SaveAsync(_lines.WrittenMemory, _records, cancellationToken).ConfigureAwait(false));
        _lines = new();
        _records = 0;
    }
}
