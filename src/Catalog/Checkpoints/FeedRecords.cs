using Cairn.Catalog.Feed;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Checkpoints;

/// <summary>Collects the records of runs for the segments of a checkpoint: those of the segments before that are merged, and those that the feed has had since.</summary>
/// <remarks>Records that need newer software are kept too. A record may be in two segments, which changes nothing for those who read them.</remarks>
internal sealed class FeedRecords(ArtifactStore store, TimeProvider time, int maxBytes)
{
    private const int ReadAhead = 16;
    private static readonly TimeSpan _overlap = TimeSpan.FromHours(3);
    private readonly HashSet<Guid> _kept = [];
    private readonly Dictionary<Guid, byte[]> _records = [];
    private long _bytes;

    /// <summary>Takes note of a record in a segment that is carried over.</summary>
    /// <param name="line">The line.</param>
    /// <param name="feed">The time up to which the segments contain the feed: only records of about that time may be read once more.</param>
    public void Keep(RecordLine line, DateTimeOffset feed)
    {
        if (IdOf(line) is { } id && TimeOf(id) > (feed - DateTimeOffset.UnixEpoch < _overlap ? DateTimeOffset.UnixEpoch : feed - _overlap))
            _kept.Add(id);
    }

    /// <summary>Adds a record if it is one of a run, and not in a segment that is carried over.</summary>
    public void Add(RecordLine line)
    {
        if (IdOf(line) is { } id && !_kept.Contains(id) && _records.TryAdd(id, line.Content.ToArray()))
            _bytes += line.Content.Length;
    }

    /// <summary>Adds the records that the feed has had since a time, and passes all on.</summary>
    public async Task WriteAsync(DateTimeOffset since, SegmentBuilder builder, CancellationToken cancellationToken)
    {
        var reader = new FeedReader(store, time);
        await foreach (var batches in reader.ListAsync(new(since, new HashSet<StorePath>()), _ => { }, cancellationToken).Chunk(ReadAhead).ConfigureAwait(false))
        {
            foreach (var lines in await Task.WhenAll(batches.Select(b => reader.ReadAsync(b, cancellationToken))).ConfigureAwait(false))
            {
                foreach (var line in lines)
                    Add(line);
            }
            if (_bytes >= maxBytes)
                await WriteAsync(builder, cancellationToken).ConfigureAwait(false);
        }
        await WriteAsync(builder, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(SegmentBuilder builder, CancellationToken cancellationToken)
    {
        foreach (var (_, content) in _records.OrderBy(r => r.Key.ToString(), StringComparer.Ordinal))
            await builder.AddAsync(content, cancellationToken).ConfigureAwait(false);
        _records.Clear();
        _bytes = 0;
    }

    private static Guid? IdOf(RecordLine line)
    {
        if (line.Record is { } record)
            return record.Node["seq"] is null ? record.Id : null;
        try
        {
            var node = RecordJson.Parse(line.Content.Span);
            return node["seq"] is null && Guid.TryParseExact(Record.Text(node["id"]), "D", out var id) ? id : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16;
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
    }
}
