using Cairn.Errors;
using Cairn.Plugins;
using Cairn.Workspaces;

namespace Cairn.Cli;

/// <summary>Where the command finds plugins: the workspace's folder where there is a workspace, the user's, and the program's own.</summary>
internal static class PluginFolders
{
    /// <summary>All of them, the nearest first.</summary>
    public static IEnumerable<PluginFolder> Of(Session session)
    {
        if (WorkspaceFolder(session) is { } workspace && TryTrust() is { } trust)
            yield return PluginFolder.OfWorkspace(workspace, trust);
        if (PluginFolder.UserFolder is { } user)
            yield return PluginFolder.OfUser(user);
        yield return PluginFolder.Bundled();
    }

    /// <summary>The plugins under development that this shell uses. What keeps them from being used is noted, and the rest works.</summary>
    public static IReadOnlyList<DevelopedPlugin> Developed(Session session)
    {
        if (PluginFolder.UserFolder is not { } user || !ShellPlugins.TryOpen(user, out var shell))
            return [];
        try
        {
            return shell.Read();
        }
        catch (StoreException e)
        {
            session.Note($"note: {e.Reason}. {e.Advice}".TrimEnd());
            return [];
        }
    }

    /// <summary>What <c>cairn plugin dev</c> changes.</summary>
    public static ShellPlugins Shell() => ShellPlugins.TryOpen(Own(), out var shell)
        ? shell
        : throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, "a plugin under development is used by one shell, and this command runs without a terminal that has one")
        {
            Advice = "In a script, copy the plugin with 'cairn plugin add --replace FOLDER'; in a program, give PluginHost a DevelopedPlugin.",
        });

    /// <summary>The one that a command changes: the workspace's, or the user's where that was asked for.</summary>
    public static PluginFolder Target(Session session, bool user)
    {
        var own = Own();
        if (user)
            return PluginFolder.OfUser(own);
        var workspace = WorkspaceFolder(session)
            ?? throw new UsageException("There is no workspace here: make one with 'cairn init', or give --user for the plugins of all your workspaces.");
        return PluginFolder.OfWorkspace(workspace, new(own));
    }

    /// <summary>The folder that holds a plugin: of those that were asked for the nearest.</summary>
    public static PluginFolder Holding(Session session, string name, bool user)
    {
        PluginFolder[] folders = user ? [Target(session, user)] : [.. Of(session)];
        if (Array.Find(folders, f => f.Find(name) is not null) is { } folder)
            return folder;
        var names = ErrorText.List(folders.SelectMany(f => f.List()).Select(p => p.Name).Distinct(StringComparer.Ordinal));
        throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"there is no plugin '{ErrorText.Escape(name)}'; there are {names}") { Advice = "List them with 'cairn plugin list'." });
    }

    private static string Own() => PluginFolder.UserFolder ?? throw new UsageException("There is no folder for the user's settings: set CAIRN_HOME to one.");

    private static PluginTrust? TryTrust() => PluginFolder.UserFolder is { } user ? new(user) : null;

    private static string? WorkspaceFolder(Session session)
    {
        var named = session.GivenWorkspace is { Length: > 0 } given ? given : Environment.GetEnvironmentVariable(Workspace.EnvironmentVariable);
        return string.IsNullOrEmpty(named)
            ? Workspace.FindFolder(Directory.GetCurrentDirectory())
            : Workspace.Open(named, new()).Folder;
    }
}
