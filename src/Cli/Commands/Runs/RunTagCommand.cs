using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class RunTagCommand
{
    public static Command Create()
    {
        var reference = RunArgument.Reference();
        var tags = new Argument<string[]>("tag") { Description = "Tags to add. Without tags, they are listed.", HelpName = "TAG", Arity = ArgumentArity.ZeroOrMore };
        var remove = new Option<string[]>("--remove") { Description = "A tag to remove. Can be repeated.", HelpName = "TAG", AllowMultipleArgumentsPerToken = false };
        return CatalogOptionSet.ForChanges().Runs(new Command("tag", "List, add or remove the tags of a run.") { reference, tags, remove }, async call =>
        {
            var tagged = RunArgument.Parse(call.Get(reference)!);
            var (added, removed) = (call.Get(tags) ?? [], call.Get(remove) ?? []);
            if (added.Intersect(removed).FirstOrDefault() is { } both)
                throw new UsageException($"The tag '{both}' is to be added and removed.");
            var changes = added.Length + removed.Length > 0;
            var catalog = await call.OpenAsync(changes).ConfigureAwait(false);
            var before = await catalog.Runs.GetAsync(tagged, cancellationToken: call.Stopping).ConfigureAwait(false);
            var changed = changes && await catalog.Runs.TagAsync(before.Id, added, removed, call.Stopping).ConfigureAwait(false);
            string[] now = [.. before.Tags.Union(added).Except(removed).Order(StringComparer.Ordinal)];
            if (!changes && !call.IsJson)
            {
                foreach (var tag in now)
                    call.Output.Line(tag);
                return;
            }
            call.Report($"{before.Reference} {(changed ? "tagged" : "unchanged")}: {(now.Length == 0 ? "no tags" : string.Join(", ", now))}", writer =>
            {
                writer.WriteString("reference", before.Reference.ToString());
                writer.WriteString("change", "tag");
                writer.WriteBoolean("changed", changed);
                AssetJson.Texts(writer, "tags", now);
            });
        });
    }
}
