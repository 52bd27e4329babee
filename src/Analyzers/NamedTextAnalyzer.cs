using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Cairn.Analyzers;

/// <summary>CAIRN102: of two texts, which one is saved and which one is the name is easily confused.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NamedTextAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The rule.</summary>
    public static readonly DiagnosticDescriptor Rule = new(
        "CAIRN102",
        "A text is saved under a name that is a bare text too",
        "The first text is saved and the second names it: write 'new SaveOptions {{ Name = … }}' so that they cannot be confused",
        "Reliability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "SaveAsync takes the value first. Of two texts in the wrong order the name is saved, and the content becomes the name.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rule);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("Cairn.Artifacts.ArtifactRepository") is { } repository)
                start.RegisterOperationAction(call => Look(call, repository), OperationKind.Invocation);
        });
    }

    private static void Look(OperationAnalysisContext context, INamedTypeSymbol repository)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod is { Name: "SaveAsync", TypeArguments.Length: 1 } method
            && method.TypeArguments[0].SpecialType == SpecialType.System_String
            && SymbolEqualityComparer.Default.Equals(method.ContainingType, repository)
            && call.Arguments.FirstOrDefault(static a => a.Parameter?.Name == "options") is { } name
            && name.Value is IConversionOperation { OperatorMethod: not null, IsImplicit: true } conversion
            && conversion.Operand.Type?.SpecialType == SpecialType.System_String
            && name.Syntax is not Microsoft.CodeAnalysis.CSharp.Syntax.ArgumentSyntax { NameColon: not null })
            context.ReportDiagnostic(Diagnostic.Create(Rule, name.Syntax.GetLocation()));
    }
}
