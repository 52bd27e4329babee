using System.Globalization;

namespace Cairn.Cli;

/// <summary>Compares two sequences of lines by the algorithm of Myers: the fewest lines are removed and added.</summary>
internal static class LineDiff
{
    /// <summary>The most lines that may differ: time and memory grow with its square.</summary>
    public const int MostChanges = 2000;

    private const int Context = 3;

    /// <summary>Compares two texts and formats the difference as <c>diff -u</c> does, without the names of the files.</summary>
    /// <returns>The lines of the hunks; empty if the texts are equal; null if more than <see cref="MostChanges"/> lines differ.</returns>
    public static IReadOnlyList<string>? Unified(IReadOnlyList<string> from, IReadOnlyList<string> to) => Compare(from, to) is { } edits ? [.. Hunks(edits)] : null;

    /// <summary>Compares two sequences.</summary>
    /// <returns>All lines of both in order, each kept (' '), removed ('-') or added ('+'); null if too many differ.</returns>
    public static IReadOnlyList<(char Kind, string Line)>? Compare(IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        var start = 0;
        while (start < from.Count && start < to.Count && from[start] == to[start])
            start++;
        var (fromEnd, toEnd) = (from.Count, to.Count);
        while (fromEnd > start && toEnd > start && from[fromEnd - 1] == to[toEnd - 1])
            (fromEnd, toEnd) = (fromEnd - 1, toEnd - 1);
        if (Middle(from, to, start, fromEnd - start, toEnd - start) is not { } middle)
            return null;
        return [.. from.Take(start).Select(l => (' ', l)), .. middle, .. from.Skip(fromEnd).Select(l => (' ', l))];
    }

    private static List<(char Kind, string Line)>? Middle(IReadOnlyList<string> from, IReadOnlyList<string> to, int start, int n, int m)
    {
        // The furthest position in 'from' on each diagonal, after each number of changes.
        var trace = new List<int[]>();
        var furthest = new int[3];
        for (var changes = 0; changes <= Math.Min(n + m, MostChanges); changes++)
        {
            var next = new int[(2 * changes) + 3];
            for (var diagonal = -changes; diagonal <= changes; diagonal += 2)
            {
                var at = diagonal + changes + 1;
                // The array before has its diagonal 0 one place earlier.
                var x = changes == 0 ? 0
                    : diagonal == -changes || (diagonal != changes && furthest[at - 2] < furthest[at]) ? furthest[at]
                    : furthest[at - 2] + 1;
                var y = x - diagonal;
                while (x < n && y < m && from[start + x] == to[start + y])
                    (x, y) = (x + 1, y + 1);
                next[at] = x;
                if (x >= n && y >= m)
                {
                    trace.Add(next);
                    return Walk(trace, from, to, start, n, m);
                }
            }
            trace.Add(furthest = next);
        }
        return null;
    }

    /// <summary>Follows the way back from the end.</summary>
    private static List<(char Kind, string Line)> Walk(List<int[]> trace, IReadOnlyList<string> from, IReadOnlyList<string> to, int start, int x, int y)
    {
        var found = new List<(char, string)>();
        for (var changes = trace.Count - 1; changes > 0; changes--)
        {
            var before = trace[changes - 1];
            var (diagonal, at) = (x - y, x - y + changes + 1);
            var isAddition = diagonal == -changes || (diagonal != changes && before[at - 2] < before[at]);
            var endX = isAddition ? before[at] : before[at - 2];
            var endY = endX - (isAddition ? diagonal + 1 : diagonal - 1);
            for (; x > endX + (isAddition ? 0 : 1); x--, y--)
                found.Add((' ', from[start + x - 1]));
            found.Add(isAddition ? ('+', to[start + endY]) : ('-', from[start + endX]));
            (x, y) = (endX, endY);
        }
        for (; x > 0; x--)
            found.Add((' ', from[start + x - 1]));
        found.Reverse();
        return found;
    }

    private static IEnumerable<string> Hunks(IReadOnlyList<(char Kind, string Line)> edits)
    {
        var (fromLine, toLine) = (1, 1);
        for (var i = 0; i < edits.Count;)
        {
            var change = i;
            while (change < edits.Count && edits[change].Kind == ' ')
                change++;
            if (change == edits.Count)
                yield break;
            var first = Math.Max(i, change - Context);
            (fromLine, toLine) = (fromLine + first - i, toLine + first - i);
            var last = change;
            for (var end = change; end < edits.Count && end <= last + (2 * Context) + 1; end++)
            {
                if (edits[end].Kind != ' ')
                    last = end;
            }
            var hunk = edits.Skip(first).Take(Math.Min(last + Context + 1, edits.Count) - first).ToList();
            var (removed, added) = (hunk.Count(e => e.Kind != '+'), hunk.Count(e => e.Kind != '-'));
            yield return string.Create(CultureInfo.InvariantCulture, $"@@ -{(removed == 0 ? fromLine - 1 : fromLine)},{removed} +{(added == 0 ? toLine - 1 : toLine)},{added} @@");
            foreach (var (kind, line) in hunk)
                yield return kind + line;
            (fromLine, toLine, i) = (fromLine + removed, toLine + added, first + hunk.Count);
        }
    }
}
