using Cairn.Catalog.Metadata;
using Cairn.Catalog.Names;
using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog.Changes;

/// <summary>Decides saves.</summary>
internal static class SaveDecision
{
    /// <summary>Creates a version, or takes the newest one if it is equal and not deleted. Finishes the claim of the name if the state does not list it yet.</summary>
    /// <param name="before">The state; the empty one for a new asset.</param>
    /// <param name="sequence">The number that the record will have.</param>
    /// <param name="name">The name, which the asset claims.</param>
    /// <param name="request">What to save.</param>
    /// <param name="newest">How the newest version was created; null if there is none or it is not needed.</param>
    public static (StateChange? Change, int Number, bool IsNew) Save(AssetState before, int sequence, CatalogName name, SaveRequest request, VersionCreation? newest)
    {
        if (before.IsGone)
            throw Refusals.Gone();
        if (request.Type is not null && before.Type is { } type && type != request.Type)
            throw Refusals.Of(StoreErrorCode.PreconditionFailed, $"the asset is of the type '{ErrorText.Escape(type)}' and not '{ErrorText.Escape(request.Type)}'", "Change the asset's type by an update, or omit it.");
        var result = StateChange.Begin(before);
        var (change, state) = result;
        var isNew = !NeedsNewest(before, request) || newest is null || newest.Artifact != request.Artifact || !MetadataMembers.Equal(newest.Metadata, request.Metadata);
        if (isNew)
        {
            (state.Newest, state.NewestAt) = (before.Newest + 1, sequence);
            (change.Version, change.Artifact, change.Metadata, change.Text) = (state.Newest, request.Artifact, request.Metadata, request.Description);
        }
        else if (request.Description is not null && request.Description != newest!.Description)
        {
            var edit = new VersionEdit(before.Newest);
            edit.SetText(request.Description);
            EditDecision.Apply(result, edit);
        }
        if (!before.Lists(name))
        {
            state.PutFirst(name);
            change.SetNames(state.Names);
        }
        if (request.Type is not null && before.Type is null)
        {
            state.Type = request.Type;
            change.SetProperty("type", state.Node["type"]);
        }
        foreach (var (alias, isFixed) in request.Aliases)
            AliasDecision.Apply(result, new(alias, state.Newest, default, isFixed), request.Why);
        return (result.OrNothing(), state.Newest, isNew);
    }

    /// <summary>Whether the decision depends on the content of the newest version.</summary>
    public static bool NeedsNewest(AssetState before, SaveRequest request) => request.Mode == SaveMode.IfChanged && before.Has(before.Newest);
}
