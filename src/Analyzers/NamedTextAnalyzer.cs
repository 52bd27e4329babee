using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Cairn.Analyzers;

/// <summary>CAIRN102: if both the value and the name are strings, they are easily swapped.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NamedTextAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The rule.</summary>
    public static readonly DiagnosticDescriptor Rule = new(
        "CAIRN102",
        "A string is saved under a name that is also a plain string",
        "The first string is the content and the second is the name: write 'new SaveOptions {{ Name = … }}' to make this explicit",
        "Reliability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The first argument of SaveAsync is the value. If two strings are swapped, the name is saved as content and the content is used as the name.");

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
