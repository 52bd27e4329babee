using System.CommandLine;
using System.CommandLine.Help;
using Cairn.Workspaces;

namespace Cairn.Cli;

/// <summary>The options that every command accepts.</summary>
internal static class GlobalOptions
{
    private const string Workspace = "--workspace";
    private const string Verbose = "--verbose";
    private const string Version = "--version";

    /// <summary>Adds the options. The library's own options for help and the version read their descriptions from resources, which takes longer than many a command.</summary>
    public static void AddTo(Command root)
    {
        root.Add(new Option<string?>(Workspace)
        {
            Description = "The workspace: a .cairn folder or a folder that contains one. Default: $CAIRN_WORKSPACE, otherwise the nearest workspace in the current folder or its parents.",
            HelpName = "FOLDER",
            Recursive = true,
        });
        root.Add(new Option<bool>(Verbose, "-v") { Description = "Print each file that is copied or moved, and print the full details of errors.", Recursive = true });
        root.Add(new Option<bool>("--help", "-h", "-?") { Description = "Show help and usage information", Recursive = true, Arity = ArgumentArity.Zero, Action = new HelpAction() });
        root.Add(new Option<bool>(Version) { Description = "Show version information", Arity = ArgumentArity.Zero });
    }

    public static string? WorkspaceOf(ParseResult parsed) => parsed.GetValue<string?>(Workspace);

    /// <summary>Returns the arguments that select a workspace; empty if <paramref name="workspace"/> is null.</summary>
    public static IEnumerable<string> Given(string? workspace) => workspace is null ? [] : [Workspace, workspace];

    public static bool IsVersion(ParseResult parsed) => parsed.GetValue<bool>(Version);

    public static bool IsVerbose(ParseResult parsed) => parsed.GetValue<bool>(Verbose);
}
