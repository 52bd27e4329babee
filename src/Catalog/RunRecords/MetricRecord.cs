using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.RunRecords;

/// <summary>A metric in the record of a task: its summary, and its points or the artifacts that have them.</summary>
/// <param name="Last">The last value.</param>
/// <param name="Min">The least value. NaN does not count unless all values are NaN.</param>
/// <param name="Max">The greatest value. NaN does not count unless all values are NaN.</param>
/// <param name="Count">The number of points.</param>
/// <param name="Step">The step of the last point.</param>
internal sealed record MetricRecord(double Last, double Min, double Max, long Count, long Step)
{
    /// <summary>The points, if they are few.</summary>
    public IReadOnlyList<MetricPoint> Points { get; init; } = [];

    /// <summary>The artifacts that have the points, in order.</summary>
    public IReadOnlyList<BlobDigest> Series { get; init; } = [];

    public JsonObject ToJson()
    {
        var node = new JsonObject
        {
            ["last"] = RecordJson.Number(Last),
            ["min"] = RecordJson.Number(Min),
            ["max"] = RecordJson.Number(Max),
            ["count"] = Count,
            ["step"] = Step,
        };
        if (Series.Count > 0)
            node["series"] = RecordValues.Array(Series.Select(s => s.ToString()));
        if (Points.Count > 0)
            node["points"] = new JsonArray([.. Points.Select(p => new JsonArray(p.Step, RecordJson.Number(p.Value), Record.Format(p.At)))]);
        return node;
    }

    public static MetricRecord Of(JsonNode? node) => node is JsonObject metric
        ? new(RecordValues.Double(metric["last"], "metrics"), RecordValues.Double(metric["min"], "metrics"), RecordValues.Double(metric["max"], "metrics"), Long(metric["count"]), Long(metric["step"]))
        {
            Points = metric["points"] is null ? [] : metric["points"] is JsonArray points ? [.. points.Select(Point)] : throw Record.Wrong("metrics"),
            Series = [.. (RecordValues.Texts(metric["series"], "metrics") ?? []).Select(s => RecordValues.Digest(s, "metrics"))],
        }
        : throw Record.Wrong("metrics");

    private static MetricPoint Point(JsonNode? node) =>
        node is JsonArray { Count: 3 } point ? new(Long(point[0]), RecordValues.Double(point[1], "metrics"), Record.Time(point[2], "metrics")) : throw Record.Wrong("metrics");

    private static long Long(JsonNode? node) => node is JsonValue value && value.TryGetValue(out long number) ? number : throw Record.Wrong("metrics");
}
