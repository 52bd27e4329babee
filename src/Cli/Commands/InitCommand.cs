using System.CommandLine;
using Cairn.Workspaces;

namespace Cairn.Cli.Commands;

internal static class InitCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of the workspace. Default: the current folder.", DefaultValueFactory = _ => ".", HelpName = "FOLDER" };
        return new Command("init", "Create a workspace: a .cairn folder with a local store named 'default'. An existing workspace is not changed.") { folder }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var (workspace, created) = await Workspace.InitializeAsync(
                    session.GivenWorkspace ?? parsed.GetRequiredValue(folder), session.Flavors, cancellationToken: cancellationToken).ConfigureAwait(false);
                session.Output.Line(created
                    ? $"Created a workspace in {workspace.Folder} with the store '{Workspace.DefaultStore}'."
                    : $"A workspace already exists in {workspace.Folder}; it was not changed.");
            });
    }
}
