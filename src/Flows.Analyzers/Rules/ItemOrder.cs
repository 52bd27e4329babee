using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>Whether the items of a foreach come in the same order in each run.</summary>
internal static class ItemOrder
{
    private static readonly HashSet<string> _unordered =
    [
        "System.Collections.Hashtable",
        "System.Collections.Generic.HashSet", "System.Collections.Generic.Dictionary",
        "System.Collections.Generic.ISet", "System.Collections.Generic.IReadOnlySet", "System.Collections.Generic.IDictionary", "System.Collections.Generic.IReadOnlyDictionary",
        "System.Collections.Immutable.ImmutableHashSet", "System.Collections.Immutable.ImmutableDictionary", "System.Collections.Immutable.IImmutableSet", "System.Collections.Immutable.IImmutableDictionary",
        "System.Collections.Frozen.FrozenSet", "System.Collections.Frozen.FrozenDictionary",
        "System.Collections.Concurrent.ConcurrentBag", "System.Collections.Concurrent.ConcurrentDictionary",
    ];

    /// <summary>Returns the collection without an order that the items of a foreach come from; null if there is none, if they are sorted, or if each item has a key.</summary>
    public static IOperation? UnstableSource(IInvocationOperation call)
    {
        if (call.TargetMethod.Name != "ForEach" || FlowCalls.Option(call, "Key") is not null)
            return null;
        var items = call.Arguments.FirstOrDefault(static a => a.Parameter?.Name == "items");
        if (items is null || FlowCalls.Unconverted(items.Value) is not IAnonymousFunctionOperation lambda)
            return null;
        return lambda.Body.Descendants().OfType<IReturnOperation>().Where(r => LambdaOf(r) == lambda)
            .Select(static r => r.ReturnedValue is { } value ? Source(value) : null).FirstOrDefault(static s => s is not null);
    }

    private static IOperation? Source(IOperation value)
    {
        value = FlowCalls.Unconverted(value);
        if (value.Type is INamedTypeSymbol type && (_unordered.Contains(type.FullName()) || (type.ContainingType is { } outer && _unordered.Contains(outer.FullName()) && type.Name is "KeyCollection" or "ValueCollection")))
            return value;
        return value switch
        {
            // The keys and values of an interface are collections of an unknown class.
            IPropertyReferenceOperation { Property.Name: "Keys" or "Values", Instance: { } dictionary } when Source(dictionary) is not null => value,
            IInvocationOperation { TargetMethod: { IsExtensionMethod: true, ContainingType.Name: "Enumerable" } method } link when !Sorts(method.Name) => Source(link.Arguments[0].Value),
            ICollectionExpressionOperation { Elements: { Length: 1 } elements } when elements[0] is ISpreadOperation only => Source(only.Operand),
            _ => null,
        };
    }

    private static bool Sorts(string method) => method is "Order" or "OrderBy" or "OrderDescending" or "OrderByDescending" or "ThenBy" or "ThenByDescending";

    private static IOperation? LambdaOf(IOperation operation)
    {
        var parent = operation.Parent;
        while (parent is not (null or IAnonymousFunctionOperation or ILocalFunctionOperation))
            parent = parent.Parent;
        return parent;
    }
}
