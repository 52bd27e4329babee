using System.CommandLine;

namespace Cairn.Cli;

/// <summary>The options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<string?> Workspace { get; } = new("--workspace")
    {
        Description = "The workspace to use: a .cairn folder or the folder that holds one. By default $CAIRN_WORKSPACE, else the nearest one upwards.",
        HelpName = "FOLDER",
        Recursive = true,
    };

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "On an error, show what lies behind it.", Recursive = true };
}
