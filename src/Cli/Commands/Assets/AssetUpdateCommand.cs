using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class AssetUpdateCommand
{
    public static Command Create()
    {
        var reference = AssetArgument.Reference(description: "A name for the properties of the asset; 'name:7' or 'name@alias' for those of a version.");
        var description = new Option<string?>("--description") { Description = "The description of the asset or the version; an empty text removes it.", HelpName = "TEXT" };
        var display = new Option<string?>("--display") { Description = "The name that a user interface shows for the asset; an empty text removes it.", HelpName = "TEXT" };
        var type = new Option<string?>("--type") { Description = "The type of the asset; an empty text removes it.", HelpName = "TYPE" };
        var metadata = new MetadataOptions();
        var unset = new Option<string[]>("--unset") { Description = "A key to remove from the metadata of the version. Can be repeated.", HelpName = "KEY", AllowMultipleArgumentsPerToken = false };
        var protect = Aliases("--protect", "An alias of the asset that moves only with a reason from now on. Can be repeated.");
        var unprotect = Aliases("--unprotect", "An alias of the asset that moves without a reason from now on. Can be repeated.");
        var unfix = Aliases("--unfix", "A fixed alias of the asset that may move from now on. Can be repeated.");
        var options = CatalogOptionSet.ForChanges();
        var command = new Command("update", "Change properties of an asset or a version.") { reference, description, display, type, metadata.Meta, metadata.MetaJson, unset, protect, unprotect, unfix };
        return options.Runs(command, async call =>
        {
            var updated = AssetArgument.ParseAsset(call.Get(reference)!);
            var values = metadata.Read(call.Parsed);
            var removed = call.Get(unset) ?? [];
            if (values.Keys.FirstOrDefault(removed.Contains) is { } both)
                throw new UsageException($"The metadata '{both}' is to be set and removed.");
            List<Action<AssetEdit>> edits = [];
            Text(description, (edit, text) => edit.Describe(text));
            Text(display, (edit, text) => edit.Display(text));
            Text(type, (edit, text) => edit.OfType(text));
            edits.AddRange(values.Select(v => (Action<AssetEdit>)(edit => edit.Set(v.Key, v.Value))));
            Each(unset, static text => text, (edit, key) => edit.Remove(key));
            Each(protect, AssetArgument.ParseAlias, (edit, alias) => edit.Protect(alias));
            Each(unprotect, AssetArgument.ParseAlias, (edit, alias) => edit.Unprotect(alias));
            Each(unfix, AssetArgument.ParseAlias, (edit, alias) => edit.Unfix(alias));
            if (edits.Count == 0)
                throw new UsageException("There is nothing to update. See 'cairn asset update --help' for the properties.");
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var changed = await catalog.Assets.UpdateAsync(updated, edit => edits.ForEach(apply => apply(edit)), call.Stopping).ConfigureAwait(false);
            call.Report($"{updated} {(changed ? "updated" : "unchanged")}", writer =>
            {
                writer.WriteString("reference", updated.ToString());
                writer.WriteString("change", "update");
                writer.WriteBoolean("changed", changed);
            });

            void Text(Option<string?> option, Action<AssetEdit, string?> apply)
            {
                if (call.Get(option) is { } text)
                    edits.Add(edit => apply(edit, text.Length == 0 ? null : text));
            }

            void Each(Option<string[]> option, Func<string, string> check, Action<AssetEdit, string> apply) =>
                edits.AddRange((call.Get(option) ?? []).Select(check).Select(value => (Action<AssetEdit>)(edit => apply(edit, value))));
        });
    }

    private static Option<string[]> Aliases(string name, string description) => new(name) { Description = description, HelpName = "ALIAS", AllowMultipleArgumentsPerToken = false };
}
