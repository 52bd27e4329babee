using System.Text;
using Cairn.Catalog;

namespace Cairn.Flows;

/// <summary>Branches have changed the same names differently. Nothing was merged.</summary>
public sealed class MergeConflictException : Exception
{
    private const int MaxShown = 5;

    internal MergeConflictException(IReadOnlyList<MergeConflict> conflicts)
        : base(Describe(conflicts)) => Conflicts = conflicts;

    /// <summary>Gets all conflicts, by name.</summary>
    public IReadOnlyList<MergeConflict> Conflicts { get; }

    private static string Describe(IReadOnlyList<MergeConflict> conflicts)
    {
        var text = new StringBuilder($"Cannot merge the branches: {conflicts.Count} {(conflicts.Count == 1 ? "name was" : "names were")} changed differently. ");
        foreach (var conflict in conflicts.Take(MaxShown))
        {
            text.Append($"{conflict.Name}: ");
            text.AppendJoin(", ", conflict.Branches.Take(MaxShown).Select(b => $"{b.Step}{(b.Item is null ? "" : "/" + b.Item)} has {(b.Artifact is { } digest ? digest.ToString()[..15] : "deleted it")}"));
            text.Append(conflict.Branches.Count > MaxShown ? $", and {conflict.Branches.Count - MaxShown} more. " : ". ");
        }
        if (conflicts.Count > MaxShown)
            text.Append($"{conflicts.Count - MaxShown} more names are in {nameof(Conflicts)}. ");
        return text.Append("Exclude the names, set them in the join, or give a rule for each.").ToString();
    }
}
