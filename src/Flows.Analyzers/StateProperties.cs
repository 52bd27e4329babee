using Microsoft.CodeAnalysis;

namespace Cairn.Flows.Analyzers;

/// <summary>Which properties of a state are artifacts.</summary>
internal static class StateProperties
{
    /// <summary>The end of the names of generated files.</summary>
    public const string GeneratedFile = ".FlowState.g.cs";

    /// <summary>Returns whether a property is declared as partial, and its implementation is left to the generator. Analyzers see what it has generated.</summary>
    public static bool IsPartial(IPropertySymbol property) => property.IsPartialDefinition
        && property.PartialImplementationPart?.DeclaringSyntaxReferences.All(static d => d.SyntaxTree.FilePath.EndsWith(GeneratedFile, StringComparison.Ordinal)) != false;

    /// <summary>Returns whether the property can be implemented as a slot. What else is wrong with it, an analyzer reports.</summary>
    public static bool IsArtifact(IPropertySymbol property) => IsPartial(property) && Obstacle(property) is null && CanBeTypeArgument(property.Type);

    /// <summary>Returns whether a property can be read and set by a step.</summary>
    public static bool IsReadWrite(IPropertySymbol property) => property is { GetMethod: not null, SetMethod: { IsInitOnly: false }, IsRequired: false };

    /// <summary>Returns whether a type can be the type of a slot.</summary>
    public static bool CanBeTypeArgument(ITypeSymbol type) => !type.IsRefLikeType && type is not (IPointerTypeSymbol or IFunctionPointerTypeSymbol);

    /// <summary>Returns the reason why the generator does not implement a partial property; null if there is none.</summary>
    public static string? Obstacle(IPropertySymbol property) => property switch
    {
        { IsStatic: true } => "it is static, and a state belongs to one task",
        { IsIndexer: true } => "it is an indexer, which has no name of its own",
        { ReturnsByRef: true } or { ReturnsByRefReadonly: true } => "it returns a reference",
        { IsOverride: true } => "it overrides a property, which has a slot already",
        { DeclaredAccessibility: not Accessibility.Public } => "it is not public; a property that belongs to one task is not partial",
        _ when property.Name.StartsWith("_", StringComparison.Ordinal) => "its name begins with an underscore; a property that belongs to one task is not partial",
        _ when property.Has(FlowNames.NotAnArtifact) => "it is marked [NotAnArtifact]; such a property is not partial",
        _ => null,
    };
}
