using System.CommandLine;
using System.Text.Json;
using Cairn.Workspaces;

namespace Cairn.Cli.Commands;

internal static class StoreCommand
{
    public static Command Create() => new("store", "Manage the stores that are registered in the workspace.")
    {
        CreateRegister(), CreateList(), CreateDescribe(), CreateSet(), CreateRename(), CreateUpdate(), CreateRemove(), StoreCheckCommand.Create(), StoreCleanCommand.Create(),
    };

    internal static Argument<string> Name(string description) =>
        new("name") { Description = description, HelpName = "NAME", CompletionSources = { Completions.StoreNames } };

    private static Command CreateRegister()
    {
        var name = new Argument<string>("name") { Description = "The name of the store: at least two letters, digits, '-', '_' or '.'.", HelpName = "NAME" };
        var flavor = new Option<string?>("--flavor") { Description = "The flavor. Default: the flavor for the scheme of the root.", HelpName = "FLAVOR", CompletionSources = { Completions.Flavors } };
        var root = new Option<string>("--root") { Description = "The root of the store: a URI or a local folder.", HelpName = "URI", Required = true };
        var options = StoreOptionValues.Create("An option of the flavor, as NAME=VALUE. A secret is given as NAME=env:VARIABLE or NAME=file:PATH. Can be repeated.");
        return new Command("register", "Register a store in the workspace.") { name, flavor, root, options }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var uri = RootOf(parsed.GetRequiredValue(root));
                var store = new RegisteredStore(parsed.GetRequiredValue(name), parsed.GetValue(flavor) ?? session.Flavors.RequireFlavorOfScheme(uri.Scheme), uri)
                {
                    Options = StoreOptionValues.Read(parsed.GetValue(options)),
                };
                await session.Workspace.RegisterAsync(store, cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Registered store '{store.Name}' ({store.Flavor}, {store.Root}).");
            });
    }

    private static Command CreateList()
    {
        var json = Json.Option();
        return new Command("list", "List the registered stores; '*' marks the active one.") { json }
            .Runs((session, parsed, _) =>
            {
                var content = session.Workspace.Read();
                if (parsed.GetValue(json))
                {
                    foreach (var store in content.Stores)
                        session.Output.Json(writer => Write(writer, store, content.Active));
                }
                else
                    Columns.Write(session.Output, [.. content.Stores.Select(s => new[] { s.Name == content.Active ? "*" : " ", s.Name, s.Flavor, s.Root.ToString() })]);
                return Task.FromResult(content.Unusable.Values.Aggregate(ExitCode.Done, (code, problem) => Math.Max(code, session.Report(problem))));
            });
    }

    private static Command CreateDescribe()
    {
        var name = Name("The name of the store. Default: the active store.");
        name.Arity = ArgumentArity.ZeroOrOne;
        var json = Json.Option();
        return new Command("describe", "Show the flavor, root and options of a store.") { name, json }
            .Runs((session, parsed, _) =>
            {
                var content = session.Workspace.Read();
                var store = content.Find(parsed.GetValue(name));
                if (parsed.GetValue(json))
                {
                    session.Output.Json(writer => Write(writer, store, content.Active));
                    return Task.CompletedTask;
                }
                Columns.Write(session.Output, [
                    ["name", store.Name + (store.Name == content.Active ? " (active)" : "")],
                    ["flavor", store.Flavor],
                    ["root", store.Root.ToString()],
                    .. store.Options.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => new[] { "option", $"{o.Key}={o.Value}" })]);
                return Task.CompletedTask;
            });
    }

    private static Command CreateSet()
    {
        var name = Name("The name of the store.");
        return new Command("set", "Make a store the active store, to which ':path' refers.") { name }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                await session.Workspace.SetActiveAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Store '{parsed.GetRequiredValue(name)}' is active.");
            });
    }

    private static Command CreateRename()
    {
        var name = Name("The current name of the store.");
        var newName = new Argument<string>("new-name") { Description = "The new name.", HelpName = "NEW-NAME" };
        return new Command("rename", "Rename a store.") { name, newName }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                await session.Workspace.RenameAsync(parsed.GetRequiredValue(name), parsed.GetRequiredValue(newName), cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Store '{parsed.GetRequiredValue(name)}' is now '{parsed.GetRequiredValue(newName)}'.");
            });
    }

    private static Command CreateUpdate()
    {
        var name = Name("The name of the store.");
        var root = new Option<string?>("--root") { Description = "The new root: a URI or a local folder.", HelpName = "URI" };
        var options = StoreOptionValues.Create("An option to set, as NAME=VALUE. Can be repeated.");
        var unset = new Option<string[]>("--unset") { Description = "An option to remove. Can be repeated.", HelpName = "NAME", AllowMultipleArgumentsPerToken = false };
        return new Command("update", "Change the root or the options of a store.") { name, root, options, unset }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var changes = StoreOptionValues.Read(parsed.GetValue(options)).ToDictionary(o => o.Key, o => (string?)o.Value, StringComparer.Ordinal);
                foreach (var gone in parsed.GetValue(unset) ?? [])
                    changes[gone] = null;
                if (changes.Count == 0 && parsed.GetValue(root) is null)
                    throw new UsageException("There is nothing to update. Use --root, --option or --unset.");
                var uri = parsed.GetValue(root) is { } text ? RootOf(text) : null;
                var store = await session.Workspace.UpdateAsync(parsed.GetRequiredValue(name), uri, changes, cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Updated store '{store.Name}' ({store.Flavor}, {store.Root}).");
            });
    }

    private static Command CreateRemove()
    {
        var name = Name("The name of the store.");
        return new Command("remove", "Remove a store from the workspace. Its content is not deleted.") { name }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                await session.Workspace.RemoveAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Removed store '{parsed.GetRequiredValue(name)}' from the workspace; its content was not deleted.");
            });
    }

    private static StoreUri RootOf(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? StoreUri.Parse(text) : StoreUri.FromLocalPath(text);

    private static void Write(Utf8JsonWriter writer, RegisteredStore store, string? active)
    {
        writer.WriteString("name", store.Name);
        writer.WriteString("flavor", store.Flavor);
        writer.WriteString("root", store.Root.ToString());
        writer.WriteBoolean("active", store.Name == active);
        writer.WriteStartObject("options");
        foreach (var (option, value) in store.Options.OrderBy(o => o.Key, StringComparer.Ordinal))
            writer.WriteString(option, value);
        writer.WriteEndObject();
    }
}
