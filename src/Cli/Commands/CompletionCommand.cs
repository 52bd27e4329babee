using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cairn.Cli.Commands;

internal static class CompletionCommand
{
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish.", HelpName = "SHELL" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return new Command("completion", "Print the script that completes cairn in a shell: source <(cairn completion bash)") { shell }
            .Runs((session, parsed, _) =>
            {
                session.Output.Line(parsed.GetRequiredValue(shell) switch
                {
                    "bash" => ShellScripts.Bash,
                    "zsh" => ShellScripts.Zsh,
                    _ => ShellScripts.Fish,
                });
                return Task.CompletedTask;
            });
    }

    /// <summary>What the scripts ask: the words that fit at the end of a line, one on each line.</summary>
    public static Command CreateComplete()
    {
        var line = new Argument<string>("line") { Description = "The command line up to the cursor." };
        return new Command("complete", "Print what fits at the end of a line.") { line }.Hide()
            .Runs(async (session, parsed, cancellationToken) =>
            {
                foreach (var item in await CompleteAsync(session, parsed.GetRequiredValue(line), cancellationToken).ConfigureAwait(false))
                    session.Output.Line(item);
            });
    }

    internal static async Task<IReadOnlyList<string>> CompleteAsync(Session session, string line, CancellationToken cancellationToken)
    {
        var words = CommandLineParser.SplitCommandLine(line).ToList();
        var word = line.Length == 0 || char.IsWhiteSpace(line[^1]) || words.Count == 0 ? "" : words[^1];
        var before = words.Skip(1).Take(words.Count - 1 - (word.Length == 0 ? 0 : 1)).ToArray();
        var parsed = CommandLine.CreateRoot(null).Parse([.. before, word], CommandLine.Parsing);
        var items = parsed.GetCompletions().Select(c => c.InsertText ?? c.Label).ToList();
        if (word.StartsWith('-'))
            return [.. items.Where(i => i.StartsWith(word, StringComparison.Ordinal))];
        var offered = items.Where(i => i.StartsWith(word, StringComparison.Ordinal) && !i.StartsWith('-') && !i.StartsWith('/')).ToList();
        if (TakesAddress(parsed))
            offered.AddRange(await AddressCompletion.CompleteAsync(session, word, cancellationToken).ConfigureAwait(false));
        return [.. offered.Distinct()];
    }

    private static bool TakesAddress(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return command.Arguments.Any(AddressArgument.IsAddress);
    }

    private static Command Hide(this Command command)
    {
        command.Hidden = true;
        return command;
    }
}
