using Cairn.Catalog.Records;

namespace Cairn.Catalog.RunRecords;

/// <summary>The content of a record that adds and removes tags of a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Added">The tags that are added.</param>
/// <param name="Removed">The tags that are removed.</param>
internal sealed record RunTagRecord(Guid RunId, IReadOnlyList<string> Added, IReadOnlyList<string> Removed)
{
    public const string Kind = "run-tag";

    /// <summary>Reads a record.</summary>
    /// <exception cref="FormatException">A member has another form than the format describes.</exception>
    public static RunTagRecord Of(Record record) =>
        new(RecordValues.Id(record.Node["run"], "run"), RecordValues.Texts(record.Node["add"], "add") ?? [], RecordValues.Texts(record.Node["remove"], "remove") ?? []);

    /// <summary>Makes a record, whose id is greater than that of another one.</summary>
    public static Record Create(RecordSource source, Guid run, IEnumerable<string> added, IEnumerable<string> removed, Guid after = default)
    {
        var node = source.Begin("run", run.ToString(), ("add", RecordValues.Array(added)), ("remove", RecordValues.Array(removed)));
        node["kind"] = Kind;
        node["id"] = source.NextIdAfter(after).ToString();
        return Record.Create(node);
    }
}
