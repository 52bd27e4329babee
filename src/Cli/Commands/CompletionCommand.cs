using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace Cairn.Cli.Commands;

internal static class CompletionCommand
{
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "The shell: bash, zsh or fish.", HelpName = "SHELL" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return new Command("completion", "Print the completion script for a shell. To use it in bash: source <(cairn completion bash)") { shell }
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

    /// <summary>Creates the hidden command that the scripts call. It prints the candidates for the end of a command line, one per line.</summary>
    public static Command CreateComplete()
    {
        var line = new Argument<string>("line") { Description = "The command line up to the cursor." };
        return new Command("complete", "Print the completions for the end of a command line.") { line }.Hide()
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
        string[] before = [.. GlobalOptions.Given(session.GivenWorkspace), .. words.Skip(1).Take(words.Count - 1 - (word.Length == 0 ? 0 : 1))];
        if (OptionBefore(before) is { } values)
            return Fitting(values, word);
        var parsed = CommandLine.CreateRoot(null).Parse([.. before, word], CommandLine.Parsing);
        var offered = Fitting(parsed.GetCompletions(), word);
        if (word.StartsWith('-'))
            return offered;
        offered.RemoveAll(i => i.StartsWith('-') || i.StartsWith('/'));
        if (parsed.CommandResult.Command.Arguments.Any(AddressArgument.IsAddress))
            offered.AddRange(await AddressCompletion.CompleteAsync(session, word, cancellationToken).ConfigureAwait(false));
        if (parsed.CommandResult.Command.Arguments.Any(AssetArgument.IsAsset))
            offered.AddRange(await AssetCompletion.CompleteAsync(session, ArtifactOptions.StoreOf(parsed), word, cancellationToken).ConfigureAwait(false));
        if (parsed.CommandResult.Command.Arguments.Any(RunArgument.IsRun))
            offered.AddRange(await RunCompletion.CompleteAsync(session, ArtifactOptions.StoreOf(parsed), word, cancellationToken).ConfigureAwait(false));
        if (parsed.CommandResult.Command.Arguments.Any(TemplateArgument.IsTemplate))
            offered.AddRange(await TemplateCompletion.CompleteAsync(session, ArtifactOptions.StoreOf(parsed), word, cancellationToken).ConfigureAwait(false));
        return [.. offered.Distinct()];
    }

    private static List<string> Fitting(IEnumerable<CompletionItem> items, string word) =>
        [.. items.Select(c => c.InsertText ?? c.Label).Where(i => i.StartsWith(word, StringComparison.Ordinal))];

    /// <summary>Returns the values of the option directly before the word, or null if there is no option or it takes no value.</summary>
    private static IEnumerable<CompletionItem>? OptionBefore(string[] before)
    {
        if (before is not [.., ['-', ..] name])
            return null;
        var parsed = CommandLine.CreateRoot(null).Parse(before, CommandLine.Parsing);
        var option = parsed.CommandResult.Command.Options.FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name));
        return option is null || option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool)
            ? null
            : option.CompletionSources.SelectMany(source => source(parsed.GetCompletionContext()));
    }

    private static Command Hide(this Command command)
    {
        command.Hidden = true;
        return command;
    }
}
