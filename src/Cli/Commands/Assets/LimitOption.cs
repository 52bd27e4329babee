using System.CommandLine;

namespace Cairn.Cli.Commands;

/// <summary>The option that limits the number of results.</summary>
internal static class LimitOption
{
    public static Option<int?> Create(string what) => new("--limit") { Description = $"The maximum number of {what}. Default: all.", HelpName = "N" };

    /// <summary>Returns the limit; <see cref="int.MaxValue"/> if the option was not given.</summary>
    /// <exception cref="UsageException">The value is less than 1.</exception>
    public static int Read(ParseResult parsed, Option<int?> option) => parsed.GetValue(option) switch
    {
        null => int.MaxValue,
        < 1 => throw new UsageException("--limit takes a number from 1 on."),
        { } limit => limit,
    };
}
