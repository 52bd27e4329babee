using Cairn.Catalog.Metadata;
using Cairn.Catalog.Names;
using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog.Changes;

/// <summary>Decides saves.</summary>
internal static class SaveDecision
{
    /// <summary>Whether the newest version is equal to what is saved, so that no version is created.</summary>
    /// <param name="before">The state; the empty one for a new asset.</param>
    /// <param name="request">What to save.</param>
    /// <param name="newest">How the newest version was created; null if there is none or it is not needed.</param>
    public static bool IsEqual(AssetState before, SaveRequest request, VersionCreation? newest) =>
        NeedsNewest(before, request) && newest is not null && newest.Artifact == request.Artifact && MetadataMembers.Equal(newest.Metadata, request.Metadata);

    /// <summary>Creates a version, or uses an equal one. Finishes the claim of the name if the state does not list it yet.</summary>
    /// <param name="before">The state; the empty one for a new asset.</param>
    /// <param name="sequence">The number that the record will have.</param>
    /// <param name="name">The name, which the asset claims.</param>
    /// <param name="request">What to save.</param>
    /// <param name="equal">The equal version and how it was created; null to create a version.</param>
    /// <returns>The change, null if there is none, and the number of the version.</returns>
    public static (StateChange? Change, int Number) Save(AssetState before, int sequence, CatalogName name, SaveRequest request, (int Number, VersionCreation Creation)? equal)
    {
        if (before.IsGone)
            throw Refusals.Gone();
        if (request.Type is not null && before.Type is { } type && type != request.Type)
            throw Refusals.Of(StoreErrorCode.PreconditionFailed, $"the asset is of the type '{ErrorText.Escape(type)}' and not '{ErrorText.Escape(request.Type)}'", "Change the asset's type by an update, or omit it.");
        var result = StateChange.Begin(before);
        var (change, state) = result;
        var number = equal?.Number ?? before.Newest + 1;
        if (equal is null)
        {
            (state.Newest, state.NewestAt) = (number, sequence);
            (change.Version, change.Artifact, change.Metadata, change.Text) = (number, request.Artifact, request.Metadata, request.Description);
            change.Producer = request.Producer;
        }
        else if (request.Description is not null && request.Description != equal.Value.Creation.Description)
        {
            var edit = new VersionEdit(number);
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
        if (request.Display is not null && request.Display != before.Display)
        {
            state.Display = request.Display;
            change.SetProperty("display", state.Node["display"]);
        }
        foreach (var (alias, from, isFixed) in request.Aliases)
            AliasDecision.Apply(result, new(alias, number, from, isFixed), request.Why);
        return (result.OrNothing(), number);
    }

    /// <summary>Whether the decision depends on the content of the newest version.</summary>
    public static bool NeedsNewest(AssetState before, SaveRequest request) => request.Mode == SaveMode.IfChanged && before.Has(before.Newest);
}
