using System.CommandLine;
using Cairn.Transfers;

namespace Cairn.Cli.Commands;

/// <summary>The options of every command that copies trees.</summary>
internal sealed class TransferFlags
{
    private readonly Option<string[]> _include = new("--include") { Description = "Only files whose path below the folder matches; may be given several times.", HelpName = "GLOB" };
    private readonly Option<string[]> _exclude = new("--exclude") { Description = "Leave out what matches, such as '*.tmp' or 'cache/**'; may be given several times.", HelpName = "GLOB" };
    private readonly Option<LinkHandling> _links = new("--links")
    {
        Description = "Symbolic links below a local folder: 'fail' copies a link to a file as that file and reports any other; 'follow' follows those to folders too; 'skip' leaves all out.",
        HelpName = "fail|follow|skip",
        CustomParser = static result => result.Tokens[0].Value switch
        {
            "fail" => LinkHandling.Fail,
            "follow" => LinkHandling.Follow,
            "skip" => LinkHandling.Skip,
            var other => Refuse(result, other),
        },
    };

    private readonly Option<bool> _failFast = FailFast();

    public static Option<bool> FailFast() => new("--fail-fast") { Description = "Stop at the first failure; by default the rest goes on, and each failure is reported." };

    public Command AddTo(Command command)
    {
        command.Add(_include);
        command.Add(_exclude);
        command.Add(_links);
        command.Add(_failFast);
        return command;
    }

    /// <summary>Whether a filter is given.</summary>
    public bool HasFilter(ParseResult parsed) => parsed.GetValue(_include) is { Length: > 0 } || parsed.GetValue(_exclude) is { Length: > 0 };

    /// <summary>The options as they were given.</summary>
    public T Apply<T>(ParseResult parsed, T options)
        where T : TransferOptions => (T)(options with
        {
            Include = parsed.GetValue(_include) ?? [],
            Exclude = parsed.GetValue(_exclude) ?? [],
            Links = parsed.GetValue(_links),
            FailFast = parsed.GetValue(_failFast),
        });

    private static LinkHandling Refuse(System.CommandLine.Parsing.ArgumentResult result, string text)
    {
        result.AddError($"--links is 'fail', 'follow' or 'skip', and not '{text}'.");
        return default;
    }
}
