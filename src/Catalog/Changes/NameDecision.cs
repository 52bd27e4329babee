using Cairn.Catalog.Names;
using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog.Changes;

/// <summary>Decides changes of an asset's names.</summary>
internal static class NameDecision
{
    /// <summary>Makes a name that the asset claims its current one; the former names stay.</summary>
    /// <returns>The change; null if the asset has this name already.</returns>
    public static StateChange? Rename(AssetState before, CatalogName name)
    {
        if (before.IsGone)
            throw Refusals.Gone();
        if (before.Names.Count > 0 && before.Names[0] == name.Text)
            return null;
        var result = StateChange.Begin(before);
        result.State.PutFirst(name);
        result.Change.SetNames(result.State.Names);
        return result;
    }

    /// <summary>Lists a claimed name that the state does not list: finishes a rename that was interrupted.</summary>
    public static StateChange? Finish(AssetState before, CatalogName name) => before.Lists(name) || before.IsGone ? null : Rename(before, name);

    /// <summary>Gives up a name: a former one, any name of a deleted asset, or a claim that the state does not list.</summary>
    /// <param name="before">The state.</param>
    /// <param name="name">The name.</param>
    /// <param name="claim">The newest claim of the name by the asset, which becomes void.</param>
    public static StateChange? Release(AssetState before, CatalogName name, int claim)
    {
        if (before.HasReleased(name, claim))
            return null;
        if (!before.IsGone && before.Lists(name) && UnicodeTable.Fold(before.Names[0]) == name.Key)
            throw Refusals.Of(StoreErrorCode.PreconditionFailed, $"'{ErrorText.Escape(before.Names[0])}' is the current name of the asset", "Rename the asset first, or delete it.");
        var result = StateChange.Begin(before);
        result.State.Release(name, claim);
        result.Change.SetNames(result.State.Names);
        return result;
    }
}
