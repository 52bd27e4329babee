using System.CommandLine;
using System.Text.Json;
using Cairn.Workspaces;

namespace Cairn.Cli.Commands;

internal static class StoreCommand
{
    public static Command Create() => new("store", "Registered stores.")
    {
        CreateRegister(), CreateList(), CreateDescribe(), CreateSet(), CreateRename(), CreateUpdate(), CreateRemove(), StoreCheckCommand.Create(), StoreCleanCommand.Create(),
    };

    internal static Argument<string> Name(string description) =>
        new("name") { Description = description, HelpName = "NAME", CompletionSources = { Completions.StoreNames } };

    private static Command CreateRegister()
    {
        var name = new Argument<string>("name") { Description = "The store's name: at least two letters, digits, '-', '_' or '.'.", HelpName = "NAME" };
        var flavor = new Option<string?>("--flavor") { Description = "Its flavor; by default the one that serves the root's scheme.", HelpName = "FLAVOR", CompletionSources = { Completions.Flavors } };
        var root = new Option<string>("--root") { Description = "Its root: a URI, or a local folder.", HelpName = "URI", Required = true };
        var options = StoreOptionValues.Create("An option, as NAME=VALUE; a secret as NAME=env:VARIABLE or NAME=file:PATH. May be repeated.");
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
        var name = Name("The store; the active one by default.");
        name.Arity = ArgumentArity.ZeroOrOne;
        var json = Json.Option();
        return new Command("describe", "Show a store's flavor, root and options.") { name, json }
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
        var name = Name("The store.");
        return new Command("set", "Make a store the active one, which ':path' means.") { name }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                await session.Workspace.SetActiveAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Store '{parsed.GetRequiredValue(name)}' is active.");
            });
    }

    private static Command CreateRename()
    {
        var name = Name("The store.");
        var newName = new Argument<string>("new-name") { Description = "Its new name.", HelpName = "NEW-NAME" };
        return new Command("rename", "Give a store another name.") { name, newName }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                await session.Workspace.RenameAsync(parsed.GetRequiredValue(name), parsed.GetRequiredValue(newName), cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Store '{parsed.GetRequiredValue(name)}' is now '{parsed.GetRequiredValue(newName)}'.");
            });
    }

    private static Command CreateUpdate()
    {
        var name = Name("The store.");
        var root = new Option<string?>("--root") { Description = "Its new root: a URI, or a local folder.", HelpName = "URI" };
        var options = StoreOptionValues.Create("An option to set, as NAME=VALUE. May be repeated.");
        var unset = new Option<string[]>("--unset") { Description = "An option to take away. May be repeated.", HelpName = "NAME", AllowMultipleArgumentsPerToken = false };
        return new Command("update", "Change a store's root or options.") { name, root, options, unset }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var changes = StoreOptionValues.Read(parsed.GetValue(options)).ToDictionary(o => o.Key, o => (string?)o.Value, StringComparer.Ordinal);
                foreach (var gone in parsed.GetValue(unset) ?? [])
                    changes[gone] = null;
                if (changes.Count == 0 && parsed.GetValue(root) is null)
                    throw new UsageException("There is nothing to update: give --root, --option or --unset.");
                var uri = parsed.GetValue(root) is { } text ? RootOf(text) : null;
                var store = await session.Workspace.UpdateAsync(parsed.GetRequiredValue(name), uri, changes, cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Updated store '{store.Name}' ({store.Flavor}, {store.Root}).");
            });
    }

    private static Command CreateRemove()
    {
        var name = Name("The store.");
        return new Command("remove", "Forget a store. What it holds stays where it is.") { name }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                await session.Workspace.RemoveAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Forgot store '{parsed.GetRequiredValue(name)}'; what it holds stays where it is.");
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
