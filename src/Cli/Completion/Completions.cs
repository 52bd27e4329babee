using System.CommandLine.Completions;
using Cairn.Workspaces;

namespace Cairn.Cli;

/// <summary>Completions other than commands, options and addresses.</summary>
internal static class Completions
{
    public static IEnumerable<CompletionItem> Flavors(CompletionContext context) => Session.KnownFlavors().List().Select(f => new CompletionItem(f.Name));

    /// <summary>Returns the registered stores; empty if there is no workspace, because a completion never fails.</summary>
    public static IEnumerable<CompletionItem> StoreNames(CompletionContext context)
    {
        try
        {
            return [.. Workspace.Locate(GlobalOptions.WorkspaceOf(context.ParseResult), Session.KnownFlavors()).Read().Stores.Select(s => new CompletionItem(s.Name))];
        }
        catch (StoreException)
        {
            return [];
        }
    }
}
