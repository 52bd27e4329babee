namespace Cairn.Cli;

/// <summary>Aligns rows of text in columns with two spaces between them. The last column is not padded.</summary>
internal static class Columns
{
    public static void Write(CommandOutput output, IReadOnlyList<string[]> rows)
    {
        if (rows.Count == 0)
            return;
        var widths = new int[rows[0].Length];
        foreach (var row in rows)
        {
            for (var i = 0; i < widths.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }
        foreach (var row in rows)
            output.Line(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }
}
