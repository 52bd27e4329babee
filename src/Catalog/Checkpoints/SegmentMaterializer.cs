using Cairn.Catalog.Records;
using Cairn.Materializers;

namespace Cairn.Catalog.Checkpoints;

/// <summary>Saves a segment as an artifact with the file <c>records.jsonl</c>. Segments are read as streams.</summary>
internal sealed class SegmentMaterializer : Materializer<Segment>
{
    public static readonly StorePath File = "records.jsonl";

    public override string Id => "cairn.catalog.segment";

    public override string MediaType => RecordLines.MediaType;

    protected override ValueTask SaveAsync(Segment value, ArtifactWriter writer, CancellationToken cancellationToken) =>
        writer.WriteRepeatableAsync(File, value.Lines.Length, (stream, stopping) => stream.WriteAsync(value.Lines, stopping), MediaType, cancellationToken);

    protected override async ValueTask<Segment> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        var stream = await reader.OpenAsync(File, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        using var lines = new MemoryStream();
        await stream.CopyToAsync(lines, cancellationToken).ConfigureAwait(false);
        return new(lines.ToArray());
    }
}
