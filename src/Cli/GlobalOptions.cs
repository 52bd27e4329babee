using System.CommandLine;
using Cairn.Workspaces;

namespace Cairn.Cli;

/// <summary>The options that every command accepts.</summary>
internal static class GlobalOptions
{
    private const string Workspace = "--workspace";
    private const string Verbose = "--verbose";

    public static void AddTo(RootCommand root)
    {
        root.Add(new Option<string?>(Workspace)
        {
            Description = "The workspace: a .cairn folder or a folder that contains one. Default: $CAIRN_WORKSPACE, otherwise the nearest workspace in the current folder or its parents.",
            HelpName = "FOLDER",
            Recursive = true,
        });
        root.Add(new Option<bool>(Verbose, "-v") { Description = "Print each file that is copied or moved, and print the full details of errors.", Recursive = true });
    }

    public static string? WorkspaceOf(ParseResult parsed) => parsed.GetValue<string?>(Workspace);

    /// <summary>Returns the arguments that select a workspace; empty if <paramref name="workspace"/> is null.</summary>
    public static IEnumerable<string> Given(string? workspace) => workspace is null ? [] : [Workspace, workspace];

    public static bool IsVerbose(ParseResult parsed) => parsed.GetValue<bool>(Verbose);
}
