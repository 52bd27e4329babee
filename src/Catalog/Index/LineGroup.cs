using Cairn.Catalog.Records;

namespace Cairn.Catalog.Index;

/// <summary>Lines that are applied at once.</summary>
internal sealed class LineGroup
{
    /// <summary>Gets the lines.</summary>
    public List<RecordLine> Lines { get; } = [];

    /// <summary>Gets the batches of the feed whose last line is among them.</summary>
    public List<StorePath> Batches { get; } = [];
}
