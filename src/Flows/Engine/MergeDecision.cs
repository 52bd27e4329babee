using Cairn.Artifacts;

namespace Cairn.Flows.Engine;

/// <summary>Decides on the value of one name at a join, by references: nothing is loaded.</summary>
internal static class MergeDecision
{
    /// <summary>Decides.</summary>
    /// <param name="before">The value before the split; null if there was none.</param>
    /// <param name="branches">The value of each branch; null where the branch has none.</param>
    /// <param name="result">The value; null if there is none afterwards.</param>
    /// <returns>false if two branches have changed it differently.</returns>
    public static bool TryDecide(BlobDigest? before, IEnumerable<StateValue?> branches, out StateValue? result)
    {
        result = null;
        var (isChanged, hasUnchanged) = (false, false);
        StateValue? unchanged = null;
        foreach (var value in branches)
        {
            if (value?.Artifact == before)
            {
                (hasUnchanged, unchanged) = (true, unchanged ?? value);
                continue;
            }
            if (isChanged && result?.Artifact != value?.Artifact)
                return false;
            if (!isChanged)
                (isChanged, result) = (true, value);
        }
        if (!isChanged && hasUnchanged)
            result = unchanged;
        return true;
    }
}
