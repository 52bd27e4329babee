using System.Diagnostics.CodeAnalysis;
using Cairn.Flows.Programs;
using Cairn.Materializers;

namespace Cairn.Flows;

/// <summary>Makes a program of flows that people run from a shell.</summary>
/// <remarks>
/// The program has the commands <c>list</c>, <c>run</c>, <c>resume</c>, <c>task</c> and <c>items</c>. Standard output has the answer, and standard error everything else: errors, and how far a run
/// is. SIGINT, SIGTERM and SIGHUP cancel a run; a second signal ends the process.
/// </remarks>
public static class FlowProgram
{
    /// <summary>Runs the command that the arguments state, with the built-in materializers.</summary>
    /// <param name="args">The arguments of the program.</param>
    /// <param name="flows">The flows; each has its own name.</param>
    /// <returns>The exit code: 0 if everything is done, 1 for a failure, 2 for a wrong command line, 130, 143 or 129 after a signal.</returns>
    [RequiresUnreferencedCode("JSON by reflection inspects members that trimming may remove; pass FlowProgramOptions with materializers.")]
    [RequiresDynamicCode("JSON by reflection generates code at run time; pass FlowProgramOptions with materializers.")]
    public static Task<int> RunAsync(string[] args, params IFlow[] flows) => RunAsync(args, new FlowProgramOptions { Materializers = MaterializerRegistry.CreateDefault() }, flows);

    /// <summary>Runs the command that the arguments state.</summary>
    /// <param name="args">The arguments of the program.</param>
    /// <param name="options">The materializers, and how the store and the catalog are opened.</param>
    /// <param name="flows">The flows; each has its own name.</param>
    /// <returns>The exit code: 0 if everything is done, 1 for a failure, 2 for a wrong command line, 130, 143 or 129 after a signal.</returns>
    public static Task<int> RunAsync(string[] args, FlowProgramOptions options, params IFlow[] flows)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(flows);
        if (flows.Length == 0)
            throw new ArgumentException("A program of flows has at least one flow.", nameof(flows));
        if (flows.GroupBy(f => f.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } doubled)
            throw new ArgumentException($"Two flows have the name '{doubled.Key}'. Give each flow its own name.", nameof(flows));
        return ProgramRun.RunAsync(args, options, flows, Console.Out, Console.Error, isTerminal: !Console.IsErrorRedirected);
    }
}
