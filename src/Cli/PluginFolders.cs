using Cairn.Errors;
using Cairn.Plugins;
using Cairn.Workspaces;

namespace Cairn.Cli;

/// <summary>
/// The folders in which the command looks for plugins: the workspace's folder (if there is a workspace), the user's folder and the program's folder.
/// </summary>
internal static class PluginFolders
{
    /// <summary>Returns all plugin folders, nearest first.</summary>
    public static IEnumerable<PluginFolder> Of(Session session)
    {
        if (WorkspaceFolder(session) is { } workspace && TryTrust() is { } trust)
            yield return PluginFolder.OfWorkspace(workspace, trust);
        if (PluginFolder.UserFolder is { } user)
            yield return PluginFolder.OfUser(user);
        yield return PluginFolder.Bundled();
    }

    /// <summary>
    /// Returns the plugins under development that this shell uses. An error that prevents their use is printed as a note, and the command continues.
    /// </summary>
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

    /// <summary>Gets the list that <c>cairn plugin dev</c> changes.</summary>
    public static ShellPlugins Shell() => ShellPlugins.TryOpen(Own(), out var shell)
        ? shell
        : throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, "a plugin under development belongs to one shell, and this command does not run in a terminal")
        {
            Advice = "In a script, copy the plugin with 'cairn plugin add --replace FOLDER'; in a program, pass a DevelopedPlugin to PluginHost.",
        });

    /// <summary>Gets the folder that a command changes: the workspace's folder, or the user's folder if requested.</summary>
    public static PluginFolder Target(Session session, bool user)
    {
        var own = Own();
        if (user)
            return PluginFolder.OfUser(own);
        var workspace = WorkspaceFolder(session)
            ?? throw new UsageException("No workspace was found. Create one with 'cairn init', or use --user for the plugins of all your workspaces.");
        return PluginFolder.OfWorkspace(workspace, new(own));
    }

    /// <summary>Gets the folder that contains a plugin: the nearest of the requested folders.</summary>
    public static PluginFolder Holding(Session session, string name, bool user)
    {
        PluginFolder[] folders = user ? [Target(session, user)] : [.. Of(session)];
        if (Array.Find(folders, f => f.Find(name) is not null) is { } folder)
            return folder;
        var names = ErrorText.List(folders.SelectMany(f => f.List()).Select(p => p.Name).Distinct(StringComparer.Ordinal));
        throw new StoreException(new StoreFault(StoreErrorCode.NotFound,
            $"the plugin '{ErrorText.Escape(name)}' was not found; installed plugins: {names}")
        { Advice = "List them with 'cairn plugin list'." });
    }

    private static string Own() => PluginFolder.UserFolder ?? throw new UsageException("The folder for user settings is unknown. Set CAIRN_HOME to a folder.");

    private static PluginTrust? TryTrust() => PluginFolder.UserFolder is { } user ? new(user) : null;

    private static string? WorkspaceFolder(Session session)
    {
        var named = session.GivenWorkspace is { Length: > 0 } given ? given : Environment.GetEnvironmentVariable(Workspace.EnvironmentVariable);
        return string.IsNullOrEmpty(named)
            ? Workspace.FindFolder(Directory.GetCurrentDirectory())
            : Workspace.Open(named, new()).Folder;
    }
}
