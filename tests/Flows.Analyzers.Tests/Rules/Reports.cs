using Cairn.Flows.Analyzers.Rules;
using Cairn.Flows.Analyzers.Tests.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Cairn.Flows.Analyzers.Tests.Rules;

/// <summary>What the rules report for a state or a flow, each as <c>CAIRN001 source text</c>.</summary>
internal static class Reports
{
    private static readonly DiagnosticAnalyzer[] _analyzers = [new StateAnalyzer(), new FlowAnalyzer()];

    /// <summary>Reports for the members of a state.</summary>
    public static Task<string[]> OfStateAsync(string members, string rest = "") => OfAsync($"[FlowState] public partial class S {{ {members} }}\n{rest}");

    /// <summary>Reports for the calls that build a flow, in a method.</summary>
    /// <param name="calls">Calls on a flow, which begin with a dot, or statements.</param>
    /// <param name="before">Statements before.</param>
    /// <param name="members">Further members of the class.</param>
    public static Task<string[]> OfFlowAsync(string calls, string before = "", string members = "")
    {
        var source = FlowSource(calls, before, members);
        Generation.Diagnostics(Sources.Compile(source), DiagnosticSeverity.Error).ShouldBeEmpty();
        return OfAsync(source);
    }

    public static string FlowSource(string calls, string before = "", string members = "") => $$"""
        [FlowState] public partial class S
        {
            public partial int A { get; set; }
            public partial List<int> Items { get; set; }
            public partial HashSet<int> Set { get; set; }
            public partial Dictionary<string, int> Map { get; set; }
        }

        class Program
        {
            {{members}}
            void Build()
            {
                {{before}}
                Flow.Of<S>("f"){{calls}};
            }
        }
        """;

    /// <summary>Reports for a file.</summary>
    public static async Task<string[]> OfAsync(string source, params string[] more)
    {
        var compilation = Sources.Compile([source, .. more]);
        var found = await DiagnosticsAsync(compilation);
        return [.. found.Select(d => $"{d.Id} {source[d.Location.SourceSpan.Start..d.Location.SourceSpan.End]}")];
    }

    /// <summary>The diagnostics of the rules, after the generator has run. Other errors than a missing implementation are not expected.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> DiagnosticsAsync(CSharpCompilation compilation)
    {
        Generation.Driver.RunGeneratorsAndUpdateCompilation(compilation, out var generated, out _);
        var found = await generated.WithAnalyzers([.. _analyzers]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.OrderBy(static d => d.Location.SourceSpan.Start).ThenBy(static d => d.Id, StringComparer.Ordinal)];
    }

    /// <summary>The messages for a file.</summary>
    public static async Task<string[]> MessagesAsync(string source, params string[] more) => [.. (await DiagnosticsAsync(Sources.Compile([source, .. more]))).Select(static d => d.GetMessage())];
}
