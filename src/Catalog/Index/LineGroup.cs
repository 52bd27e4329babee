using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Index;

/// <summary>Lines of the feed or of segments that are applied at once, as what they say about chains and runs.</summary>
internal sealed class LineGroup
{
    /// <summary>Gets the number of the lines.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the records that belong to chains.</summary>
    public List<(ChainKey Chain, ChainRecord Record)> Records { get; } = [];

    /// <summary>Gets the records of runs.</summary>
    public List<RunLine> Runs { get; } = [];

    /// <summary>Gets the lines that cannot be used, with the reasons.</summary>
    public List<RecordLine> Unusable { get; } = [];

    /// <summary>Gets the batches of the feed whose last line is among the lines.</summary>
    public List<StorePath> Batches { get; } = [];

    /// <summary>Makes a group of lines.</summary>
    public static LineGroup Of(params IEnumerable<RecordLine> lines)
    {
        var group = new LineGroup();
        foreach (var line in lines)
            group.Add(line);
        return group;
    }

    /// <summary>Adds a line.</summary>
    public void Add(RecordLine line)
    {
        Count++;
        if (RunLine.TryRead(line, out var unusableOfRun) is { } run)
            Runs.Add(run);
        if (unusableOfRun is not null)
            Unusable.Add(unusableOfRun);
        var record = ChainRecord.TryRead(line, out var chain, out var unusable);
        if (unusable is not null)
            Unusable.Add(unusable);
        if (record is not null)
            Records.Add((chain, record));
    }
}
