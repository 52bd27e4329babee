using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Shell;

/// <summary>The arguments that are references to runs.</summary>
internal static class RunArgument
{
    public const string RunText = "A run: 'FLOW/latest', 'FLOW/latest-successful', 'FLOW/' and its short id, or its id.";

    /// <summary>Returns true if an argument is a reference to a run and is therefore completed as one.</summary>
    public static bool IsRun(Argument argument) => argument is IRun;

    /// <summary>Creates an argument for a reference.</summary>
    public static Argument<string> Reference(string description = RunText, string name = "run") => new RunOf<string>(name) { Description = description, HelpName = name.ToUpperInvariant() };

    /// <summary>Creates an argument for several references.</summary>
    public static Argument<string[]> References(string description = "Runs: 'FLOW/latest', 'FLOW/latest-successful', 'FLOW/' and the short id, or the id.") =>
        new RunOf<string[]>("run") { Description = description, HelpName = "RUN", Arity = ArgumentArity.OneOrMore };

    /// <summary>Parses a reference.</summary>
    /// <exception cref="UsageException">The text is not a reference to a run.</exception>
    public static RunReference Parse(string text)
    {
        try
        {
            return RunReference.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private interface IRun;

    private sealed class RunOf<T>(string name) : Argument<T>(name), IRun;
}
