using System.CommandLine;

namespace Cairn.Cli.Commands;

/// <summary>The repeatable option <c>--option NAME=VALUE</c>.</summary>
internal static class StoreOptionValues
{
    public static Option<string[]> Create(string description) => new("--option", "-o") { Description = description, HelpName = "NAME=VALUE" };

    /// <summary>Parses the options. A text without <c>=</c> may be a mistyped secret, so it is never part of a message.</summary>
    public static IReadOnlyDictionary<string, string> Read(string[]? texts)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts ?? [])
        {
            var mark = text.IndexOf('=', StringComparison.Ordinal);
            if (mark <= 0)
                throw new UsageException("--option requires the form NAME=VALUE.");
            if (!values.TryAdd(text[..mark], text[(mark + 1)..]))
                throw new UsageException($"The option '{text[..mark]}' is given twice.");
        }
        return values;
    }
}
