using Cairn.Catalog.Metadata;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Changes;

/// <summary>Decides updates.</summary>
internal static class EditDecision
{
    /// <summary>Changes properties of the asset.</summary>
    /// <returns>The change; null if nothing differs.</returns>
    public static StateChange? EditAsset(AssetState before, AssetEdit edit)
    {
        if (before.IsGone)
            throw Refusals.Gone();
        var result = StateChange.Begin(before);
        var (change, state) = result;
        state.Tags = edit.TagsAfter(before.Tags);
        if (edit.NewDescription.IsSet)
            state.Description = edit.NewDescription.Value;
        if (edit.NewDisplay.IsSet)
            state.Display = edit.NewDisplay.Value;
        if (edit.NewType.IsSet)
            state.Type = edit.NewType.Value;
        var unfixed = edit.Unfixed.Select(before.Spelling).ToList();
        state.Fixed = [.. before.Fixed.Except(unfixed)];
        var guarded = before.Protected.ToList();
        foreach (var (alias, isProtected) in edit.ProtectedAliases)
        {
            guarded.Remove(before.Spelling(alias));
            if (isProtected)
                guarded.Add(before.Spelling(alias));
        }
        state.Protected = [.. guarded.Order(Utf8Order.Comparer)];
        foreach (var member in new[] { "type", "display", "description", "tags", "fixed", "protected" })
        {
            if (before.Node[member]?.ToJsonString() != state.Node[member]?.ToJsonString())
                change.SetProperty(member, state.Node[member]);
        }
        return result.OrNothing();
    }

    /// <summary>Changes properties of a version.</summary>
    /// <param name="before">The state.</param>
    /// <param name="number">The version.</param>
    /// <param name="current">The current properties of the version.</param>
    /// <param name="edit">The changes.</param>
    /// <returns>The change; null if nothing differs.</returns>
    public static StateChange? EditVersion(AssetState before, int number, VersionProperties current, AssetEdit edit)
    {
        if (!before.Has(number))
            throw before.IsGone ? Refusals.Gone() : number > before.Newest || number < 1 ? Refusals.NoVersion(number) : Refusals.Deleted(number);
        var changes = new VersionEdit(number);
        if (edit.NewDescription.IsSet && edit.NewDescription.Value != current.Description)
            changes.SetText(edit.NewDescription.Value);
        var tags = edit.TagsAfter(current.Tags);
        if (!tags.SequenceEqual(current.Tags))
            changes.SetTags(tags);
        foreach (var (key, value) in edit.Metadata)
        {
            if (current.Metadata.GetValueOrDefault(key) != value)
                changes.Metadata[key] = value;
        }
        MetadataLimits.Check(changes.Apply(current.Metadata));
        if (changes.IsEmpty)
            return null;
        var result = StateChange.Begin(before);
        Apply(result, changes);
        return result;
    }

    /// <summary>Adds the edit of a version to a change that is being made.</summary>
    public static void Apply(StateChange result, VersionEdit edit)
    {
        result.Change.Edit = edit;
        var edited = result.State.Edited;
        edited.Add(edit.Number);
        result.State.Edited = edited;
    }
}
