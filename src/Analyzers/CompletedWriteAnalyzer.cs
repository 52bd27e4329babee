using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Cairn.Analyzers;

/// <summary>CAIRN101: a write stream that is never completed publishes nothing, without an error.</summary>
/// <remarks>
/// The analyzer examines streams that a member opens and does not pass on. A stream is passed on if it is returned, stored anywhere except in a local
/// variable, or passed to a parameter of the stream's own type, whose method may complete it. A parameter of type <c>Stream</c> or <c>IDisposable</c> cannot
/// complete it.
/// </remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CompletedWriteAnalyzer : DiagnosticAnalyzer
{
    private const string StreamType = "Cairn.StoreWriteStream";

    /// <summary>The rule.</summary>
    public static readonly DiagnosticDescriptor Rule = new(
        "CAIRN101",
        "A write stream is never completed",
        "This write stream is never completed, so its content is not published: call CompleteAsync on it after the last write",
        "Reliability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A stream returned by OpenWriteAsync publishes its content when CompleteAsync returns. Disposing the stream without that call abandons the write.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rule);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(StreamType) is { } stream)
                start.RegisterOperationBlockAction(block => Look(block, stream));
        });
    }

    private static void Look(OperationBlockAnalysisContext context, INamedTypeSymbol stream)
    {
        var operations = context.OperationBlocks.SelectMany(static b => b.DescendantsAndSelf()).ToList();
        foreach (var opened in operations.OfType<IAwaitOperation>().Where(o => Is(o.Type, stream)))
        {
            var local = LocalOf(opened, out var isLost);
            var isForgotten = local is null
                ? isLost || IsForgotten(opened, stream)
                : operations.OfType<ILocalReferenceOperation>().Where(r => Is(r.Local, local)).All(r => IsForgotten(r, stream));
            if (isForgotten)
                context.ReportDiagnostic(Diagnostic.Create(Rule, opened.Syntax.GetLocation()));
        }
    }

    /// <summary>Returns the local variable that receives the stream, or null if there is none.</summary>
    /// <param name="opened">The stream.</param>
    /// <param name="isLost">true if the stream is discarded.</param>
    private static ILocalSymbol? LocalOf(IOperation opened, out bool isLost)
    {
        var parent = Above(opened);
        isLost = parent is IExpressionStatementOperation or IUsingOperation;
        return parent switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declared } => declared.Symbol,
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } assigned when assigned.Value == opened || Unconverted(assigned.Value) == opened => target.Local,
            ISimpleAssignmentOperation { Target: IDiscardOperation } => Lost(out isLost),
            _ => null,
        };
    }

    private static ILocalSymbol? Lost(out bool isLost)
    {
        isLost = true;
        return null;
    }

    /// <summary>Returns true if a use of the stream neither completes it nor passes it to code that may complete it.</summary>
    private static bool IsForgotten(IOperation use, INamedTypeSymbol stream) => Above(use) switch
    {
        IInvocationOperation call when call.Instance is not null && Unconverted(call.Instance) == use => call.TargetMethod.Name != "CompleteAsync",
        IMemberReferenceOperation member when member.Instance is not null && Unconverted(member.Instance) == use => member is not IMethodReferenceOperation { Method.Name: "CompleteAsync" },
        IConditionalAccessOperation access => !access.WhenNotNull.DescendantsAndSelf().OfType<IInvocationOperation>().Any(static c => c.TargetMethod.Name == "CompleteAsync"),
        // Uses that only dispose or write.
        IArgumentOperation { Parameter.Type: { } type } => !Is(type, stream) && IsBelow(stream, type),
        IUsingOperation or IExpressionStatementOperation => true,
        // Assigned, not read.
        ISimpleAssignmentOperation assigned => assigned.Target == use,
        IBinaryOperation or IIsPatternOperation { Pattern: IConstantPatternOperation or INegatedPatternOperation } => true,
        _ => false,
    };

    /// <summary>Returns the operation that uses another operation, skipping implicit conversions and parentheses.</summary>
    private static IOperation? Above(IOperation operation)
    {
        var parent = operation.Parent;
        while (parent is IConversionOperation { IsImplicit: true } or IParenthesizedOperation)
            parent = parent.Parent;
        return parent;
    }

    private static IOperation Unconverted(IOperation operation)
    {
        while (operation is IConversionOperation { IsImplicit: true } conversion)
            operation = conversion.Operand;
        return operation;
    }

    /// <summary>
    /// Returns true if a type is a base class or an interface of the stream for streams and disposables; <c>object</c> is excluded because it may be
    /// anything.
    /// </summary>
    private static bool IsBelow(INamedTypeSymbol stream, ITypeSymbol type)
    {
        if (type.SpecialType == SpecialType.System_Object)
            return false;
        if (stream.AllInterfaces.Any(i => Is(i, type)))
            return true;
        for (var above = stream.BaseType; above is not null; above = above.BaseType)
        {
            if (Is(above, type))
                return true;
        }
        return false;
    }

    private static bool Is(ISymbol? one, ISymbol? other) => SymbolEqualityComparer.Default.Equals(one, other);
}
