using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>The rules for the calls that build a flow: CAIRN005 to CAIRN007.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FlowAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [FlowRules.SharedVariable, FlowRules.UnstableOrder, FlowRules.NotRepeatable];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterOperationAction(
            static found =>
            {
                var call = (IInvocationOperation)found.Operation;
                if (!FlowCalls.AddsStep(call))
                    return;
                if (ItemOrder.UnstableSource(call) is { } source)
                    found.ReportDiagnostic(Diagnostic.Create(FlowRules.UnstableOrder, source.Syntax.GetLocation(), source.Type!.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)));
                if (FlowCalls.CacheOf(call) is { } cache)
                {
                    foreach (var use in FlowCalls.Bodies(call).SelectMany(Repeatability.NotRepeatable))
                        found.ReportDiagnostic(Diagnostic.Create(FlowRules.NotRepeatable, use.Syntax.GetLocation(), [cache.Syntax.GetLocation()], use.Syntax.ToString()));
                }
            },
            OperationKind.Invocation);
        context.RegisterOperationBlockAction(static block =>
        {
            foreach (var (use, all) in SharedVariables.Find(block.OperationBlocks))
                block.ReportDiagnostic(Diagnostic.Create(FlowRules.SharedVariable, use.Syntax.GetLocation(), all.Select(static u => u.Syntax.GetLocation()), use.Syntax.ToString()));
        });
    }
}
