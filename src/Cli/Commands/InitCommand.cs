using System.CommandLine;
using Cairn.Workspaces;

namespace Cairn.Cli.Commands;

internal static class InitCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where; the current folder by default.", DefaultValueFactory = _ => ".", HelpName = "FOLDER" };
        return new Command("init", "Make a workspace: a .cairn folder with a local store named 'default'. One that is there stays as it is.") { folder }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var (workspace, created) = await Workspace.InitializeAsync(
                    session.GivenWorkspace ?? parsed.GetRequiredValue(folder), session.Flavors, cancellationToken: cancellationToken).ConfigureAwait(false);
                session.Output.Line(created
                    ? $"Made a workspace in {workspace.Folder}, with the store '{Workspace.DefaultStore}'."
                    : $"There is a workspace in {workspace.Folder} already; it stays as it is.");
            });
    }
}
