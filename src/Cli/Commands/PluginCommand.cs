using System.CommandLine;
using Cairn.Plugins;

namespace Cairn.Cli.Commands;

internal static class PluginCommand
{
    public static Command Create() => new("plugin", "Manage plugins, which add flavors and materializers. A plugin's code runs with your permissions: add only plugins that you trust.")
    {
        CreateAdd(), CreateDev(), CreateList(), CreateShow(), CreateVerify(), CreateTrust(), CreatePrefer(), CreateRemove(),
    };

    private static Argument<string> Name() => new("name") { Description = "The name of the plugin.", HelpName = "NAME" };

    private static Option<bool> User() => new("--user") { Description = "Use the plugins of all your workspaces instead of the plugins of this workspace." };

    private static Command CreateAdd()
    {
        var source = new Argument<string>("source") { Description = "The folder of a plugin, a .nupkg file, or the https URL of a .nupkg file.", HelpName = "PATH|NUPKG|URL" };
        var user = User();
        var replace = new Option<bool>("--replace") { Description = "Replace an installed plugin of the same name." };
        var digest = new Option<string?>("--sha256") { Description = "The expected SHA-256 digest of the package.", HelpName = "HEX" };
        var json = Json.Option();
        return new Command("add", "Install a plugin: copy its files and pin the SHA-256 digest of each.") { source, user, replace, digest, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var folder = PluginFolders.Target(session, parsed.GetValue(user));
                var given = parsed.GetRequiredValue(source);
                if (parsed.GetValue(digest) is not null && Directory.Exists(given))
                    throw new UsageException("--sha256 applies to a package, not to a folder.");
                var plugin = await folder.AddAsync(
                    given,
                    new() { Replace = parsed.GetValue(replace), Sha256 = parsed.GetValue(digest), BuiltIn = Session.KnownFlavors() },
                    cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(json))
                    session.Output.Json(writer => PluginJson.Write(writer, plugin));
                else
                    session.Output.Line($"Added plugin '{plugin.Name}' {plugin.Version} ({PluginText.ScopeOf(plugin)}, {plugin.Pin!.Files.Count} files pinned): {PluginText.Flavors(plugin)}");
                NoteProblems(session);
            });
    }

    private static Command CreateDev()
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "The build output folder or the project folder of the plugin. Default: list the plugins under development.",
            HelpName = "FOLDER",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var off = new Option<bool>("--off") { Description = "Stop using the plugin; without a folder or name, stop using all of them." };
        return new Command("dev", "Use a plugin directly from its build output, in this shell only. It is neither copied nor pinned: after each build, the next command runs the new code.") { folder, off }
            .Runs((session, parsed, _) =>
            {
                var shell = PluginFolders.Shell();
                var given = parsed.GetValue(folder);
                if (parsed.GetValue(off))
                {
                    foreach (var plugin in Ended(shell, given))
                        session.Output.Line(shell.Remove(plugin) ? $"The plugin in {plugin.Folder} is no longer used." : $"The plugin in {plugin.Folder} was not used.");
                }
                else if (given is not null)
                {
                    var plugin = DevelopedPlugin.At(given);
                    shell.Add(plugin);
                    session.Output.Line(Line(plugin.Look()));
                    session.Output.Line("It is used until 'cairn plugin dev --off' or the end of this shell.");
                }
                else
                {
                    var used = shell.Read();
                    foreach (var plugin in used)
                        session.Output.Line(Line(plugin.Look()));
                    if (used.Count == 0)
                        session.Note("This shell uses no plugin under development.");
                }
                return Task.CompletedTask;
            });

        static string Line(InstalledPlugin plugin) => plugin.Refusal is { } refusal
            ? $"Not used in this shell: {refusal.Reason}. {refusal.Advice}".TrimEnd()
            : $"This shell uses plugin '{plugin.Name}' {plugin.Version} from {plugin.Folder}: {PluginText.Flavors(plugin)}";
    }

    /// <summary>Returns the plugins under development that a name or folder selects; all of them if none is given.</summary>
    private static IReadOnlyList<DevelopedPlugin> Ended(ShellPlugins shell, string? given)
    {
        var used = shell.Read();
        if (given is null)
            return used;
        var named = used.Where(p => p.Folder == given || p.Look().Name == given).ToList();
        return named.Count > 0 ? named : [DevelopedPlugin.At(given)];
    }

    private static Command CreateList()
    {
        var json = Json.Option();
        return new Command("list", "List the plugins of the workspace, of the user and of the program. Plugins are not loaded.") { json }
            .Runs((session, parsed, _) =>
            {
                var plugins = PluginFolders.Developed(session).Select(p => p.Look()).Concat(PluginFolders.Of(session).SelectMany(f => f.List())).ToList();
                if (parsed.GetValue(json))
                {
                    foreach (var plugin in plugins)
                        session.Output.Json(writer => PluginJson.Write(writer, plugin));
                    return Task.CompletedTask;
                }
                Columns.Write(session.Output, [.. plugins.Select(p => new[] { p.Name, p.Version, PluginText.ScopeOf(p), p.Refusal is null ? PluginText.Flavors(p) : $"refused: {p.Refusal.Reason}" })]);
                NoteProblems(session);
                return Task.CompletedTask;
            });
    }

    private static Command CreateShow()
    {
        var name = Name();
        var user = User();
        var json = Json.Option();
        return new Command("show", "Show the flavors and materializers of a plugin and the pinned digests of its files.") { name, user, json }
            .Runs((session, parsed, _) =>
            {
                var wanted = parsed.GetRequiredValue(name);
                var plugin = (parsed.GetValue(user) ? null : PluginFolders.Developed(session).Select(p => p.Look()).FirstOrDefault(p => p.Name == wanted))
                    ?? PluginFolders.Holding(session, wanted, parsed.GetValue(user)).Find(wanted)!;
                if (parsed.GetValue(json))
                    session.Output.Json(writer => PluginJson.WriteAll(writer, plugin));
                else
                    PluginText.Write(session.Output, plugin);
                return Task.CompletedTask;
            });
    }

    private static Command CreateVerify()
    {
        var name = Name();
        name.Arity = ArgumentArity.ZeroOrOne;
        name.Description = "The name of the plugin. Default: all plugins.";
        var user = User();
        var json = Json.Option();
        return new Command("verify", "Compare each file of a plugin with its pin. The exit code is 1 if a file differs.") { name, user, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var code = ExitCode.Done;
                var given = parsed.GetValue(name);
                var folders = given is null
                    ? parsed.GetValue(user) ? [PluginFolders.Target(session, true)] : PluginFolders.Of(session)
                    : [PluginFolders.Holding(session, given, parsed.GetValue(user))];
                foreach (var folder in folders)
                {
                    foreach (var plugin in folder.List().Where(p => given is null || p.Name == given))
                    {
                        var check = await folder.VerifyAsync(plugin.Name, cancellationToken).ConfigureAwait(false);
                        if (!check.Matches)
                            code = ExitCode.Failed;
                        if (parsed.GetValue(json))
                            session.Output.Json(writer => PluginJson.Write(writer, plugin, check));
                        else
                            session.Output.Line($"{plugin.Name}  {(plugin.Pin is null ? "was never added: " : "")}{check}");
                    }
                }
                return code;
            });
    }

    private static Command CreateTrust()
    {
        var name = Name();
        var user = User();
        return new Command("trust", "Accept the current files of a plugin, and pin their digests.") { name, user }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var folder = PluginFolders.Holding(session, parsed.GetRequiredValue(name), parsed.GetValue(user));
                var (plugin, before) = await folder.TrustAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Accepted plugin '{plugin.Name}' {plugin.Version} ({PluginText.ScopeOf(plugin)}, {plugin.Pin!.Files.Count} files pinned); before: {before}.");
            });
    }

    private static Command CreatePrefer()
    {
        var name = Name();
        var user = User();
        return new Command("prefer", "Prefer a plugin over other plugins that declare the same flavor or scheme.") { name, user }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var plugin = PluginFolders.Holding(session, parsed.GetRequiredValue(name), user: false).Find(parsed.GetRequiredValue(name))!;
                await PluginFolders.Target(session, parsed.GetValue(user)).PreferAsync(plugin.Name, cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Plugin '{plugin.Name}' is preferred: {PluginText.Flavors(plugin)}");
            });
    }

    private static Command CreateRemove()
    {
        var name = Name();
        var user = User();
        return new Command("remove", "Remove a plugin and its pins.") { name, user }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var folder = PluginFolders.Holding(session, parsed.GetRequiredValue(name), parsed.GetValue(user));
                await folder.RemoveAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
                session.Output.Line($"Removed plugin '{parsed.GetRequiredValue(name)}'.");
            });
    }

    /// <summary>Prints the problems of the plugins, and which plugins hide others of the same name.</summary>
    private static void NoteProblems(Session session)
    {
        var developed = PluginFolders.Developed(session);
        foreach (var problem in new PluginHost(developed, [.. PluginFolders.Of(session)]).AddTo(Session.KnownFlavors()))
            session.Note($"note: {problem.Reason}. {problem.Advice}".TrimEnd());
        var usable = developed.Select(p => p.Look()).Concat(PluginFolders.Of(session).SelectMany(f => f.List())).Where(p => p.Refusal is null);
        foreach (var same in usable.GroupBy(p => p.Name, StringComparer.Ordinal).Select(g => g.ToList()).Where(g => g.Count > 1))
        {
            var others = string.Join(" and ", same.Skip(1).Select(p => $"{p.Version} ({PluginText.ScopeOf(p)})"));
            session.Note($"note: plugin '{same[0].Name}' {same[0].Version} ({PluginText.ScopeOf(same[0])}) hides {others}.");
        }
    }
}
