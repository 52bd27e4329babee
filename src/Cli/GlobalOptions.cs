using System.CommandLine;
using Cairn.Workspaces;

namespace Cairn.Cli;

/// <summary>The options that every command takes.</summary>
internal static class GlobalOptions
{
    private const string Workspace = "--workspace";
    private const string Verbose = "--verbose";

    public static void AddTo(RootCommand root)
    {
        root.Add(new Option<string?>(Workspace)
        {
            Description = "The workspace to use: a .cairn folder or the folder that holds one. By default $CAIRN_WORKSPACE, else the nearest one upwards.",
            HelpName = "FOLDER",
            Recursive = true,
        });
        root.Add(new Option<bool>(Verbose, "-v") { Description = "Say what is copied or moved, and on an error show what lies behind it.", Recursive = true });
    }

    public static string? WorkspaceOf(ParseResult parsed) => parsed.GetValue<string?>(Workspace);

    /// <summary>The words that give a workspace; none for none.</summary>
    public static IEnumerable<string> Given(string? workspace) => workspace is null ? [] : [Workspace, workspace];

    public static bool IsVerbose(ParseResult parsed) => parsed.GetValue<bool>(Verbose);
}
