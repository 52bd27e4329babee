using System.Text;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog.Index;

/// <summary>A record of a run, which has no number: of a run, of a task, of the progress of a task, or of tags.</summary>
/// <param name="Record">The record.</param>
/// <param name="Subject">The run, or the task.</param>
internal sealed record RunLine(Record Record, Guid Subject)
{
    private const int MaxItem = 255;

    /// <summary>Gets what the record says about a run, with the fold key of the flow's name; null for another kind.</summary>
    public (RunRecord Content, string Fold)? Started { get; private init; }

    /// <summary>Gets what the record says about a task or its progress; null for another kind.</summary>
    public TaskRecord? Attempt { get; private init; }

    /// <summary>Gets whether <see cref="Attempt"/> is only the progress.</summary>
    public bool IsProgress => Record.Kind == TaskRecord.ProgressKind;

    /// <summary>Gets the tags that are added or removed; null for another kind.</summary>
    public IReadOnlyDictionary<string, bool>? Tags { get; private init; }

    /// <summary>Reads a line of the feed or of a segment.</summary>
    /// <param name="line">The line.</param>
    /// <param name="unusable">The line with the reason if it is a record of a run that cannot be used; null otherwise.</param>
    /// <returns>The record; null if the line is none of a run.</returns>
    public static RunLine? TryRead(RecordLine line, out RecordLine? unusable)
    {
        unusable = null;
        if (line.Record is not { } record || record.Node["seq"] is not null)
            return null;
        try
        {
            switch (record.Kind)
            {
                case RunRecord.Kind:
                    var run = RunRecord.Of(record);
                    return new(record, run.RunId) { Started = (run, FoldOf(run.Flow)) };
                case TaskRecord.Kind or TaskRecord.ProgressKind:
                    var task = record.Kind == TaskRecord.Kind ? TaskRecord.Of(record) : TaskRecord.OfProgress(record);
                    if (task.Item is { } item && Encoding.UTF8.GetByteCount(item) is < 1 or > MaxItem)
                        throw Record.Wrong("item");
                    return new(record, task.TaskId) { Attempt = task };
                case RunTagRecord.Kind:
                    var tags = RunTagRecord.Of(record);
                    return new(record, tags.RunId) { Tags = TagsOf(tags) };
                default:
                    return null;
            }
        }
        catch (FormatException e)
        {
            unusable = RecordLine.Unusable(line.Content, e.Message);
            return null;
        }
    }

    private static string FoldOf(string flow)
    {
        try
        {
            return UnicodeTable.Fold(CatalogName.OfFlow(flow));
        }
        catch (StoreException e)
        {
            throw new FormatException($"its flow has no name: {e.Reason}", e);
        }
    }

    private static Dictionary<string, bool> TagsOf(RunTagRecord record)
    {
        Dictionary<string, bool> tags = new(StringComparer.Ordinal);
        foreach (var tag in record.Removed)
            tags[tag] = false;
        foreach (var tag in record.Added)
            tags[tag] = true;
        return tags;
    }
}
