using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>Calls of the builder of a flow.</summary>
internal static class FlowCalls
{
    private const string Flow = FlowNames.Namespace + ".Flow";
    private const string Branches = FlowNames.Namespace + ".FlowBranches";

    /// <summary>Returns whether a call adds a step: <c>Step</c>, <c>ForEach</c> or <c>Join</c> of <c>Flow&lt;TState&gt;</c> or of its branches.</summary>
    public static bool AddsStep(IInvocationOperation call) =>
        call.TargetMethod is { Name: "Step" or "ForEach" or "Join", ContainingType: { IsGenericType: true } type } && type.FullName() is Flow or Branches;

    /// <summary>Returns the bodies of the steps that a call adds: lambdas, local functions and methods whose source is in the same file.</summary>
    /// <remarks>The function that lists the items of a foreach is not a body.</remarks>
    public static IEnumerable<IOperation> Bodies(IInvocationOperation call) => call.Arguments.Where(static a => a.Parameter?.Name != "items").Select(static a => BodyOf(a.Value)).OfType<IOperation>();

    /// <summary>Returns whether the options of a call set <c>Cache</c>.</summary>
    public static bool IsCached(IInvocationOperation call) => CacheOf(call) is not null;

    /// <summary>Returns the assignment of <c>Cache</c> in the options of a call; null if there is none.</summary>
    public static ISimpleAssignmentOperation? CacheOf(IInvocationOperation call) => Option(call, "Cache");

    /// <summary>Returns the assignment of an option; null if the options do not set it, or set it to null.</summary>
    public static ISimpleAssignmentOperation? Option(IInvocationOperation call, string name) =>
        call.Arguments.Where(static a => a.Parameter?.Name == "options").SelectMany(static a => Initializer(Unconverted(a.Value))?.Initializers ?? [])
            .OfType<ISimpleAssignmentOperation>().FirstOrDefault(a => a.Target is IPropertyReferenceOperation target && target.Property.Name == name && !IsNull(a.Value));

    /// <summary>Returns an operation without conversions and parentheses.</summary>
    public static IOperation Unconverted(IOperation operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation conversion:
                    operation = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                case IDelegateCreationOperation creation:
                    operation = creation.Target;
                    break;
                default:
                    return operation;
            }
        }
    }

    private static IObjectOrCollectionInitializerOperation? Initializer(IOperation options) => options switch
    {
        IObjectCreationOperation creation => creation.Initializer,
        IWithOperation with => with.Initializer,
        _ => null,
    };

    private static bool IsNull(IOperation value) => Unconverted(value) is ILiteralOperation { ConstantValue: { HasValue: true, Value: null } } or IDefaultValueOperation;

    private static IOperation? BodyOf(IOperation argument) => Unconverted(argument) switch
    {
        IAnonymousFunctionOperation lambda => lambda.Body,
        IMethodReferenceOperation { SemanticModel: { } model } method when method.Method.DeclaringSyntaxReferences.FirstOrDefault(d => d.SyntaxTree == model.SyntaxTree) is { } declared => model.GetOperation(declared.GetSyntax()) switch
        {
            ILocalFunctionOperation function => function.Body,
            IMethodBodyOperation body => body.BlockBody ?? body.ExpressionBody,
            _ => null,
        },
        _ => null,
    };
}
