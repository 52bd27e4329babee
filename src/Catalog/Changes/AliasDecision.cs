using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog.Changes;

/// <summary>Decides moves of aliases.</summary>
internal static class AliasDecision
{
    /// <summary>Moves or removes aliases.</summary>
    /// <returns>The change; null if every alias is where it should be.</returns>
    /// <exception cref="StoreException">A version is missing or deleted, a fixed alias would move, or a protected one would move without a reason.</exception>
    /// <exception cref="AliasMovedException">An alias is not where it is expected.</exception>
    public static StateChange? Move(AssetState before, IReadOnlyList<AliasStep> steps, string? why)
    {
        if (before.IsGone)
            throw Refusals.Gone();
        var result = StateChange.Begin(before);
        foreach (var step in steps)
            Apply(result, step, why);
        return result.OrNothing();
    }

    /// <summary>Adds the move of one alias to a change that is being made.</summary>
    public static void Apply(StateChange result, AliasStep step, string? why)
    {
        var (change, state) = result;
        var alias = state.Spelling(step.Alias);
        var current = state.TargetOf(alias);
        if (!step.From.Holds(current))
            throw new AliasMovedException(alias, step.From.Version, current);
        if (step.To is { } target && !state.Has(target))
            throw target > state.Newest || target < 1 ? Refusals.NoVersion(target) : Refusals.Deleted(target);
        if (current != step.To)
        {
            if (state.Fixed.Contains(alias) && current is not null)
                throw Refusals.Of(StoreErrorCode.PreconditionFailed, $"the alias '{ErrorText.Escape(alias)}' is fixed at version {current} and never moves", "Choose another alias, or let it move: asset update --unfix in a command, AssetEdit.Unfix in C#.");
            if (state.Protected.Contains(alias) && string.IsNullOrWhiteSpace(why))
                throw Refusals.Of(StoreErrorCode.PreconditionFailed, $"the alias '{ErrorText.Escape(alias)}' is protected and moves only with a reason", "State why it moves: --why TEXT in a command, Why or why in C#.");
            state.SetAlias(alias, step.To);
            change.MoveAlias(alias, current, step.To);
            change.Why = why;
        }
        if (step.IsFixed && !state.Fixed.Contains(alias))
        {
            state.Fixed = [.. state.Fixed.Append(alias).Order(Utf8Order.Comparer)];
            change.SetProperty("fixed", state.Node["fixed"]);
        }
    }
}
