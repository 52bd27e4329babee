using Microsoft.CodeAnalysis;

namespace Cairn.Flows.Analyzers;

/// <summary>The types of Cairn.Flows that the generator and the rules know.</summary>
internal static class FlowNames
{
    public const string Namespace = "Cairn.Flows";
    public const string FlowState = Namespace + ".FlowStateAttribute";
    public const string NotAnArtifact = Namespace + ".NotAnArtifactAttribute";
    public const string Secret = Namespace + ".SecretAttribute";

    /// <summary>Returns whether a symbol has an attribute.</summary>
    public static bool Has(this ISymbol symbol, string attribute) => symbol.GetAttributes().Any(a => a.AttributeClass?.ToDisplayString() == attribute);

    /// <summary>Returns the namespace of a type with its name without type arguments, such as <c>System.Collections.Generic.List</c>.</summary>
    public static string FullName(this ITypeSymbol type) =>
        type.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space.ToDisplayString()}.{type.Name}" : type.Name;

    /// <summary>Returns a type and its base classes.</summary>
    public static IEnumerable<INamedTypeSymbol> SelfAndBases(this INamedTypeSymbol type)
    {
        for (var t = type; t is not null; t = t.BaseType)
            yield return t;
    }
}
