using System.CommandLine;
using Cairn.Providers;

namespace Cairn.Cli.Commands;

/// <summary>Options that take a duration, such as <c>30s</c>, <c>12h</c> or <c>7d</c>.</summary>
internal static class DurationOption
{
    public static Option<string?> Create(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };

    /// <summary>Returns the duration, or null if the option was not given.</summary>
    /// <exception cref="UsageException">The value is not a duration.</exception>
    public static TimeSpan? Read(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        return StoreOptions.TryReadDuration(text, out var duration) ? duration : throw new UsageException($"{option.Name} takes a duration such as 90s, 12h or 7d, but the value is '{text}'.");
    }
}
