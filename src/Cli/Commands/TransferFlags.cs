using System.CommandLine;
using Cairn.Transfers;

namespace Cairn.Cli.Commands;

/// <summary>The options shared by the commands that copy trees.</summary>
internal sealed class TransferFlags
{
    private readonly Option<string[]> _include = new("--include") { Description = "Transfer only files whose path below the folder matches. Can be repeated.", HelpName = "GLOB" };
    private readonly Option<string[]> _exclude = new("--exclude") { Description = "Skip files whose path matches, such as '*.tmp' or 'cache/**'. Can be repeated.", HelpName = "GLOB" };
    private readonly Option<LinkHandling> _links = new("--links")
    {
        Description = "How to treat symbolic links below a local folder: 'fail' copies links to files as those files and reports other links as errors; 'follow' also follows links to folders; 'skip' skips all links.",
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

    public static Option<bool> FailFast() => new("--fail-fast") { Description = "Stop at the first failure. By default, the command continues and reports each failure." };

    public Command AddTo(Command command)
    {
        command.Add(_include);
        command.Add(_exclude);
        command.Add(_links);
        command.Add(_failFast);
        return command;
    }

    /// <summary>Returns true if a filter is given.</summary>
    public bool HasFilter(ParseResult parsed) => parsed.GetValue(_include) is { Length: > 0 } || parsed.GetValue(_exclude) is { Length: > 0 };

    /// <summary>Applies the given options.</summary>
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
        result.AddError($"--links must be 'fail', 'follow' or 'skip', but is '{text}'.");
        return default;
    }
}
