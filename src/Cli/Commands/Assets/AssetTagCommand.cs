using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class AssetTagCommand
{
    public static Command Create()
    {
        var reference = AssetArgument.Reference(description: "A name for the tags of the asset; 'name:7' or 'name@alias' for the tags of a version.");
        var tags = new Argument<string[]>("tag") { Description = "'TAG' or '+TAG' adds a tag; '-TAG', after '--', removes it. Without tags, they are listed.", HelpName = "[+|-]TAG", Arity = ArgumentArity.ZeroOrMore };
        var add = new Option<string[]>("--add") { Description = "A tag to add. Can be repeated.", HelpName = "TAG", AllowMultipleArgumentsPerToken = false };
        var remove = new Option<string[]>("--remove") { Description = "A tag to remove. Can be repeated.", HelpName = "TAG", AllowMultipleArgumentsPerToken = false };
        var options = CatalogOptionSet.ForChanges();
        return options.Runs(new Command("tag", "List, add or remove the tags of an asset or a version.") { reference, tags, add, remove }, async call =>
        {
            var tagged = AssetArgument.ParseAsset(call.Get(reference)!);
            var given = (call.Get(tags) ?? []).Select(t => t is ['+' or '-', _, ..] ? (Tag: t[1..], IsAdded: t[0] == '+') : (Tag: t, IsAdded: true))
                .Concat((call.Get(add) ?? []).Select(t => (Tag: t, IsAdded: true))).Concat((call.Get(remove) ?? []).Select(t => (Tag: t, IsAdded: false))).ToList();
            if (given.GroupBy(g => g.Tag).FirstOrDefault(g => g.DistinctBy(t => t.IsAdded).Count() > 1) is { } both)
                throw new UsageException($"The tag '{both.Key}' is to be added and removed.");
            if (given.Exists(g => g.Tag.Length == 0))
                throw new UsageException("A tag must not be empty.");
            var assets = (await call.OpenAsync(changes: given.Count > 0).ConfigureAwait(false)).Assets;
            var changed = given.Count > 0 && await assets.UpdateAsync(tagged, edit => given.ForEach(g => _ = g.IsAdded ? edit.Tag(g.Tag) : edit.Untag(g.Tag)), call.Stopping).ConfigureAwait(false);
            var now = tagged.IsLatest
                ? (await assets.GetAssetAsync(tagged.Name!, call.Stopping).ConfigureAwait(false)).Tags
                : (await assets.GetAsync(tagged, call.Stopping).ConfigureAwait(false)).Tags;
            if (given.Count == 0 && !call.IsJson)
            {
                foreach (var tag in now)
                    call.Output.Line(tag);
                return;
            }
            call.Report($"{tagged} {(changed ? "tagged" : "unchanged")}: {(now.Count == 0 ? "no tags" : string.Join(", ", now))}", writer =>
            {
                writer.WriteString("reference", tagged.ToString());
                writer.WriteString("change", "tag");
                writer.WriteBoolean("changed", changed);
                AssetJson.Texts(writer, "tags", now);
            });
        });
    }
}
