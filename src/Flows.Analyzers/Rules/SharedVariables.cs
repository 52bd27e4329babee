using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>Variables and fields that one step changes and another one uses.</summary>
internal static class SharedVariables
{
    /// <summary>Methods of collections that modify them.</summary>
    private static readonly HashSet<string> _modifying =
    [
        "Add", "AddRange", "TryAdd", "Insert", "Remove", "RemoveAt", "RemoveAll", "Clear", "Push", "Pop", "Enqueue", "Dequeue", "Append", "AppendLine", "UnionWith", "AddOrUpdate", "GetOrAdd",
    ];

    /// <summary>Returns, for each step and each variable that another step changes, the first use in the step, and all uses in steps.</summary>
    public static IEnumerable<(IOperation Use, IEnumerable<IOperation> All)> Find(ImmutableArray<IOperation> blocks)
    {
        var steps = blocks.SelectMany(static b => b.DescendantsAndSelf()).OfType<IInvocationOperation>().Where(FlowCalls.AddsStep)
            .SelectMany(FlowCalls.Bodies).Select(static body => Uses(body).ToList()).ToList();
        foreach (var step in steps)
        {
            foreach (var uses in step.GroupBy(static u => u.Variable, SymbolEqualityComparer.Default))
            {
                bool IsOfVariable((ISymbol Variable, IOperation Operation, bool Changes) use) => SymbolEqualityComparer.Default.Equals(use.Variable, uses.Key);
                if (steps.Exists(other => other != step && other.Exists(u => u.Changes && IsOfVariable(u))))
                    yield return (uses.First().Operation, steps.SelectMany(static s => s).Where(IsOfVariable).Select(static u => u.Operation));
            }
        }
    }

    /// <summary>Returns the uses of variables and fields that are declared outside of a body.</summary>
    private static IEnumerable<(ISymbol Variable, IOperation Operation, bool Changes)> Uses(IOperation body)
    {
        foreach (var operation in body.DescendantsAndSelf())
        {
            var variable = operation switch
            {
                ILocalReferenceOperation { Local: { IsConst: false } local } => local,
                IParameterReferenceOperation parameter => parameter.Parameter,
                IFieldReferenceOperation { Field: { IsConst: false } field, Instance: null or IInstanceReferenceOperation } => field,
                IPropertyReferenceOperation { Property: var property, Instance: null or IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } } => property,
                _ => (ISymbol?)null,
            };
            if (variable is not null && !IsDeclaredIn(variable, body))
                yield return (variable, operation, Changes(operation));
        }
    }

    private static bool IsDeclaredIn(ISymbol variable, IOperation body) => variable is ILocalSymbol or IParameterSymbol
        && variable.DeclaringSyntaxReferences.Any(d => d.SyntaxTree == body.Syntax.SyntaxTree && FunctionOf(body).Span.Contains(d.Span));

    /// <summary>Returns the syntax of the function whose body this is, which contains its parameters.</summary>
    private static SyntaxNode FunctionOf(IOperation body) =>
        body.Syntax.Ancestors().First(static n => n is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax);

    /// <summary>Returns whether a use assigns the variable, or modifies the object that it holds.</summary>
    private static bool Changes(IOperation use) => use.Parent switch
    {
        IAssignmentOperation assignment => assignment.Target == use,
        IIncrementOrDecrementOperation => true,
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } => true,
        ITupleOperation { Parent: IDeconstructionAssignmentOperation deconstruction } tuple => deconstruction.Target == tuple,
        IInvocationOperation call => call.Instance == use && _modifying.Contains(call.TargetMethod.Name),
        // An element, or a property of the object.
        IMemberReferenceOperation or IArrayElementReferenceOperation => use.Parent.ChildOperations.First() == use && use.Type?.IsValueType != true && Changes(use.Parent),
        _ => false,
    };
}
