using System.Globalization;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog.Changes;

/// <summary>Decides deletions, restorations and pins.</summary>
internal static class DeletionDecision
{
    /// <summary>Deletes versions. Refused, with all reasons, while aliases lead to them or they are pinned.</summary>
    /// <returns>The change; null if all of them are deleted already.</returns>
    public static StateChange? DeleteVersions(AssetState before, IReadOnlyCollection<int> numbers, bool withAliases, string? why)
    {
        if (before.IsGone)
            throw Refusals.Gone();
        foreach (var number in numbers)
        {
            if (number < 1 || number > before.Newest)
                throw Refusals.NoVersion(number);
        }
        var deleted = before.Deleted;
        var added = VersionRanges.Parse(null);
        foreach (var number in numbers.Where(n => !deleted.Contains(n)))
        {
            deleted.Add(number);
            added.Add(number);
        }
        if (added.IsEmpty)
            return null;
        var result = StateChange.Begin(before);
        Check(result, added.Contains, withAliases, why);
        result.State.Deleted = deleted;
        result.Change.SetDeletion("delete", added);
        result.Change.Why = why;
        return result;
    }

    /// <summary>Deletes the asset with all versions. Its names stay its own until they are released.</summary>
    /// <returns>The change; null if it is deleted already.</returns>
    public static StateChange? DeleteAll(AssetState before, CatalogName name, bool withAliases, string? why)
    {
        if (before.IsGone)
            return null;
        var result = StateChange.Begin(before);
        Check(result, _ => true, withAliases, why);
        if (!before.Lists(name))
            result.State.PutFirst(name);
        result.State.IsGone = true;
        result.Change.SetDeletion("delete", null);
        result.Change.Why = why;
        return result;
    }

    /// <summary>Restores versions.</summary>
    /// <returns>The change; null if none of them is deleted.</returns>
    public static StateChange? RestoreVersions(AssetState before, IReadOnlyCollection<int> numbers)
    {
        if (before.IsGone)
            throw Refusals.Gone();
        var deleted = before.Deleted;
        var restored = VersionRanges.Parse(null);
        foreach (var number in numbers)
        {
            if (number < 1 || number > before.Newest)
                throw Refusals.NoVersion(number);
            if (!deleted.Contains(number))
                continue;
            deleted.Remove(number);
            restored.Add(number);
        }
        if (restored.IsEmpty)
            return null;
        var result = StateChange.Begin(before);
        result.State.Deleted = deleted;
        result.Change.SetDeletion("restore", restored);
        return result;
    }

    /// <summary>Restores a deleted asset.</summary>
    public static StateChange? RestoreAll(AssetState before)
    {
        if (!before.IsGone)
            return null;
        var result = StateChange.Begin(before);
        result.State.IsGone = false;
        result.Change.SetDeletion("restore", null);
        return result;
    }

    /// <summary>Pins a version, so that it cannot be deleted, or unpins it.</summary>
    public static StateChange? Pin(AssetState before, int number, bool pinned)
    {
        if (before.IsGone)
            throw Refusals.Gone();
        if (number < 1 || number > before.Newest)
            throw Refusals.NoVersion(number);
        if (pinned && !before.Has(number))
            throw Refusals.Deleted(number);
        if (before.Pinned.Contains(number) == pinned)
            return null;
        var result = StateChange.Begin(before);
        result.State.Pinned = [.. pinned ? before.Pinned.Append(number).Order() : before.Pinned.Where(n => n != number)];
        result.Change.SetProperty("pinned", result.State.Node["pinned"]);
        return result;
    }

    private static void Check(StateChange result, Func<int, bool> isDeleted, bool withAliases, string? why)
    {
        var (change, state) = result;
        var (reasons, advice) = (new List<string>(), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var (alias, number) in state.Aliases.Where(a => isDeleted(a.Value)).ToList())
        {
            var shown = string.Create(CultureInfo.InvariantCulture, $"alias '{ErrorText.Escape(alias)}' leads to version {number}");
            if (state.Fixed.Contains(alias))
                Refuse($"the fixed {shown}", "Let a fixed alias move: asset update --unfix in a command, AssetEdit.Unfix in C#.");
            else if (!withAliases)
                Refuse($"the {shown}", "Move the aliases, or delete with them: --with-aliases in a command, withAliases in C#.");
            else if (state.Protected.Contains(alias) && string.IsNullOrWhiteSpace(why))
                Refuse($"the protected {shown}", "State why the aliases are removed: --why TEXT in a command, why in C#.");
            else
            {
                state.SetAlias(alias, null);
                change.MoveAlias(alias, number, null);
            }
        }
        foreach (var number in state.Pinned.Where(isDeleted))
            Refuse(string.Create(CultureInfo.InvariantCulture, $"version {number} is pinned"), "Unpin the versions.");
        if (reasons.Count > 0)
            throw Refusals.Of(StoreErrorCode.PreconditionFailed, string.Join("; ", reasons), string.Join(' ', advice));

        void Refuse(string reason, string how)
        {
            reasons.Add(reason);
            advice.Add(how);
        }
    }
}
