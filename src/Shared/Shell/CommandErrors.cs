using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cairn.Shell;

/// <summary>Errors in a command line.</summary>
internal static class CommandErrors
{
    /// <summary>Returns the error in the command line, or null if there is none.</summary>
    public static string? Find(ParseResult parsed)
    {
        if (!parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash)
            && parsed.Tokens.FirstOrDefault(t => t.Type == TokenType.Argument && t.Value.Length > 1 && t.Value[0] == '-') is { } mistyped)
            return $"Unknown option '{mistyped.Value}'. If it is a name that begins with '-', write it after '--'.";
        if (parsed.Errors.Count == 0)
            return null;
        return parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count > 0
            ? $"Unknown command '{parsed.UnmatchedTokens[0]}'."
            : parsed.Errors[0].Message;
    }

    /// <summary>Returns the name of a command with those above it.</summary>
    public static string NameOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : command.Name;
}
