namespace Cairn.Cli;

/// <summary>How the content of two files, or the previews of two artifacts, differ.</summary>
/// <param name="From">The name of the one file.</param>
/// <param name="To">The name of the other file.</param>
/// <param name="IsPreview">Whether only the previews were compared: the first rows or lines.</param>
/// <param name="Lines">The lines that differ, as <c>diff -u</c> shows them; null if too many differ.</param>
internal sealed record ContentDifference(string From, string To, bool IsPreview, IReadOnlyList<string>? Lines);
