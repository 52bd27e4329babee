using Cairn.Artifacts;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>A record at its place in a chain, or bytes at that place that cannot be used.</summary>
/// <param name="Sequence">The number.</param>
/// <param name="Line">The bytes.</param>
/// <param name="Hash">The hash of the bytes; null if they are too many to be read.</param>
/// <param name="Change">What the record says about an asset; null for another kind, or if it cannot be used.</param>
internal sealed record ChainRecord(int Sequence, RecordLine Line, BlobDigest? Hash, AssetRecord? Change)
{
    /// <summary>Reads a line of the feed or of a segment.</summary>
    /// <param name="line">The line.</param>
    /// <param name="key">The chain.</param>
    /// <param name="unusable">The line with the reason if it cannot be used; null if it can, or if it belongs to no chain that the index knows.</param>
    public static ChainRecord? TryRead(RecordLine line, out ChainKey key, out RecordLine? unusable)
    {
        key = default;
        unusable = line.Record is null ? line : null;
        if (line.Record is not { Kind: "asset" or "name" or "run" } record || (record.Kind == "run" && record.Node["seq"] is null))
            return null;
        try
        {
            key = ChainKey.Of(record) ?? throw new FormatException($"it does not say which {record.Kind} it is about");
            return Read(record, key, record.Sequence);
        }
        catch (FormatException e)
        {
            unusable = RecordLine.Unusable(line.Content, e.Message);
            return null;
        }
    }

    /// <summary>Reads the bytes that the store has at a place.</summary>
    public static ChainRecord OfStored(ReadOnlyMemory<byte> content, ChainKey key, int sequence)
    {
        var line = RecordLine.Of(content);
        try
        {
            if (line.Record is { } record)
            {
                if (ChainKey.Of(record) != key || record.Sequence != sequence)
                    throw new FormatException("it belongs to another place");
                return Read(record, key, sequence);
            }
        }
        catch (FormatException e)
        {
            line = RecordLine.Unusable(content, e.Message);
        }
        return new(sequence, line, BlobDigest.Of(content.Span), null);
    }

    private static ChainRecord Read(Record record, ChainKey key, int sequence)
    {
        if (sequence < 1)
            throw new FormatException("it has no number");
        if (sequence == 1 ? record.Previous is not null : record.Previous is not { Length: 64 })
            throw new FormatException(sequence == 1 ? "it has a hash of a record before it" : "it has no hash of the record before it");
        AssetRecord? asset = null;
        if (key.Kind == "asset")
            asset = AssetRecord.Of(record);
        else if (key.Kind == "run")
            RunState.Of(record);
        else if (record.Node["owner"] is { } owner && !Guid.TryParseExact(Record.Text(owner), "D", out _))
            throw new FormatException("its member 'owner' is not a UUID");
        return new(sequence, new(record.Content, record, null), record.Hash, asset);
    }
}
