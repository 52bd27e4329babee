namespace Cairn.Formats.Parquet;

/// <summary>Texts of a file as people see them.</summary>
internal static class ArtifactText
{
    private const int Longest = 60;

    /// <summary>Short, and on one line.</summary>
    public static string Shown(string text) =>
        string.Concat((text.Length > Longest ? text[..Longest] + "…" : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
