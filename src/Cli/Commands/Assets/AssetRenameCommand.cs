using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class AssetRenameCommand
{
    public static Command Create()
    {
        var name = AssetArgument.Name(description: "The current name of the asset, or a former one.");
        var newName = new Argument<string?>("new-name") { Description = "The new name.", HelpName = "NEW-NAME", Arity = ArgumentArity.ZeroOrOne };
        var release = new Option<bool>("--release") { Description = "Give up NAME afterwards, so that another asset can have it. Without NEW-NAME, only give up NAME: a former name, or the name of a deleted asset." };
        return CatalogOptionSet.ForChanges().Runs(new Command("rename", "Give an asset another name. Its former names still lead to it until they are released.") { name, newName, release }, async call =>
        {
            var old = AssetArgument.ParseName(call.Get(name)!);
            var target = call.Get(newName) is { } text ? AssetArgument.ParseName(text) : null;
            if (target is null && !call.Get(release))
                throw new UsageException("Specify NEW-NAME, or --release to give up NAME.");
            var assets = (await call.OpenAsync().ConfigureAwait(false)).Assets;
            var renamed = target is not null && await assets.RenameAsync(old, target, call.Stopping).ConfigureAwait(false);
            var released = call.Get(release) && await assets.ReleaseNameAsync(old, call.Stopping).ConfigureAwait(false);
            var line = (target, renamed || released) switch
            {
                (_, false) => $"{target ?? old} unchanged",
                (null, _) => $"{old} released",
                _ => $"{old} → {target}{(released ? $", {old} released" : "")}",
            };
            call.Report(line, writer =>
            {
                writer.WriteString("name", target ?? old);
                writer.WriteString("change", "rename");
                writer.WriteBoolean("changed", renamed || released);
                writer.WriteString("from", old);
                writer.WriteBoolean("released", released);
            });
        });
    }
}
