using System.Globalization;
using System.Security;
using System.Text;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

/// <summary>Draws a metric over runs: as bars in the terminal, or as a line in SVG. The oldest run comes first.</summary>
internal static class RunChart
{
    private const int Cells = 40;
    private const int Width = 640, Height = 320, Left = 70, Right = 20, Top = 30, Bottom = 40;

    public static async Task WriteAsync(CommandOutput output, string metric, IReadOnlyList<RunInfo> runs, string? svg, bool replace, CancellationToken cancellationToken)
    {
        List<(RunInfo Run, double Value)> points = [.. runs.Where(r => r.Metrics.ContainsKey(metric)).Select(r => (r, r.Metrics[metric])).Where(p => double.IsFinite(p.Item2)).Reverse()];
        if (points.Count == 0)
        {
            var names = UnknownNames.List(runs.SelectMany(r => r.Metrics.Keys).Distinct(StringComparer.Ordinal).Order(Utf8Order.Comparer));
            throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"none of the listed runs has a number as the metric '{metric}'")
            {
                Advice = names.Length == 0 ? "They have no metrics." : $"They have {names}.",
            });
        }
        if (svg is null)
            Columns.Write(output, [.. points.Select(p => new[] { p.Run.Reference.ToString(), RunText.Number(p.Value), Bar(p.Value, points) })]);
        else if (svg == "-")
            output.Line(Svg(metric, points));
        else
            await OutputFile.WriteAsync(svg, replace, target => target.WriteAsync(Encoding.UTF8.GetBytes(Svg(metric, points) + "\n"), cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A bar that begins at the least value, or at zero if all values are of one sign.</summary>
    private static string Bar(double value, List<(RunInfo Run, double Value)> points)
    {
        var (low, high) = (Math.Min(0, points.Min(p => p.Value)), Math.Max(0, points.Max(p => p.Value)));
        return new('█', (int)Math.Round(Cells * Share(value, low, high)));
    }

    private static string Svg(string metric, List<(RunInfo Run, double Value)> points)
    {
        var (low, high) = (points.Min(p => p.Value), points.Max(p => p.Value));
        var svg = new StringBuilder(string.Create(
            CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" font-family="sans-serif" font-size="12">"""));
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="18">{SecurityElement.Escape(metric)}</text>""");
        Label(Left - 6, Top + 4, "end", RunText.Number(high));
        if (high > low)
            Label(Left - 6, Height - Bottom + 4, "end", RunText.Number(low));
        Label(Left, Height - Bottom + 20, "start", points[0].Run.Reference.ToString());
        if (points.Count > 1)
            Label(Width - Right, Height - Bottom + 20, "end", points[^1].Run.Reference.ToString());
        svg.Append(CultureInfo.InvariantCulture, $"""<path d="M{Left} {Top}V{Height - Bottom}H{Width - Right}" fill="none" stroke="gray"/>""");
        svg.Append(CultureInfo.InvariantCulture, $"""<polyline fill="none" stroke="steelblue" points="{string.Join(' ', points.Select((p, i) => $"{X(i)},{Y(p.Value)}"))}"/>""");
        foreach (var (i, (run, value)) in points.Index())
        {
            var title = SecurityElement.Escape($"{run.Reference} {RunText.Number(value)}");
            svg.Append(CultureInfo.InvariantCulture, $"""<circle cx="{X(i)}" cy="{Y(value)}" r="3" fill="steelblue"><title>{title}</title></circle>""");
        }
        return svg.Append("</svg>").ToString();

        string X(int index) => Coordinate(Left + ((Width - Left - Right) * (points.Count == 1 ? 0.5 : index / (points.Count - 1.0))));
        string Y(double value) => Coordinate(Height - Bottom - ((Height - Top - Bottom) * Share(value, low, high)));
        void Label(int x, int y, string anchor, string text) =>
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{x}" y="{y}" text-anchor="{anchor}">{SecurityElement.Escape(text)}</text>""");
    }

    /// <summary>Where a value is between two others, from 0 to 1. Half of each, since the difference may be infinite.</summary>
    private static double Share(double value, double low, double high) => high > low ? ((value / 2) - (low / 2)) / ((high / 2) - (low / 2)) : 0.5;

    private static string Coordinate(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
