namespace Cairn.Catalog.Records;

/// <summary>A line of a batch or a segment, or a file of a chain: a record, or bytes that cannot be used as one.</summary>
/// <param name="Content">The bytes as stored. Of a line that is too long, the beginning.</param>
/// <param name="Record">The record; null if the bytes cannot be used.</param>
/// <param name="Problem">Why the bytes cannot be used: a clause with the subject "it"; null for a record.</param>
internal sealed record RecordLine(ReadOnlyMemory<byte> Content, Record? Record, string? Problem)
{
    /// <summary>Reads bytes as a record.</summary>
    public static RecordLine Of(ReadOnlyMemory<byte> content)
    {
        try
        {
            return new(content, Record.Parse(content), null);
        }
        catch (FormatException e)
        {
            return Unusable(content, e.Message);
        }
    }

    /// <summary>Bytes that cannot be used.</summary>
    public static RecordLine Unusable(ReadOnlyMemory<byte> content, string problem) => new(content, null, problem);
}
