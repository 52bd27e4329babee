using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Flows.Analyzers.Generator;

/// <summary>Reads the model of a state from its symbol.</summary>
internal static class StateReader
{
    private static readonly SymbolDisplayFormat _typeFormat =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>Returns the model, or null if the class cannot be extended; an analyzer reports the reason.</summary>
    public static StateModel? Read(INamedTypeSymbol state, CancellationToken cancellationToken)
    {
        var enclosing = new List<INamedTypeSymbol>();
        for (var t = state; t is not null; t = t.ContainingType)
            enclosing.Insert(0, t);
        if (state.IsRecord || state.IsStatic || enclosing.Exists(t => !IsPartial(t, cancellationToken)))
            return null;
        var properties = state.GetMembers().OfType<IPropertySymbol>().Where(StateProperties.IsArtifact).Select(p => Read(p, cancellationToken)).OfType<PropertyModel>();
        return new(
            FileNameOf(state),
            state.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)) : null,
            new([.. enclosing.Select(DeclarationOf)]),
            state.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat),
            state.BaseType?.SelfAndBases().Any(static b => b.Has(FlowNames.FlowState)) == true,
            state.IsSealed,
            new([.. properties]));
    }

    /// <summary>Returns whether a type is declared as partial.</summary>
    public static bool IsPartial(INamedTypeSymbol type, CancellationToken cancellationToken) =>
        type.DeclaringSyntaxReferences.Any(s => s.GetSyntax(cancellationToken) is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static PropertyModel? Read(IPropertySymbol property, CancellationToken cancellationToken)
    {
        if (property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken) is not PropertyDeclarationSyntax { AccessorList: { } accessors } syntax)
            return null;
        return new(
            property.Name,
            SyntaxFacts.GetKeywordKind(property.Name) == SyntaxKind.None ? property.Name : "@" + property.Name,
            property.Type.ToDisplayString(_typeFormat),
            Text(syntax.Modifiers),
            accessors.Accessors.Where(static a => a.IsKind(SyntaxKind.GetAccessorDeclaration)).Select(Text).FirstOrDefault(),
            accessors.Accessors.Where(static a => !a.IsKind(SyntaxKind.GetAccessorDeclaration)).Select(Text).FirstOrDefault(),
            TraitsOf(property),
            property.ContainingType.GetMembers(property.Name + "Async").IsEmpty);
    }

    private static string TraitsOf(IPropertySymbol property)
    {
        var traits = new List<string>();
        if (Immutability.Of(property.Type))
            traits.Add("Immutable");
        if (property.Type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T || (!property.Type.IsValueType && property.NullableAnnotation != NullableAnnotation.NotAnnotated))
            traits.Add("Nullable");
        if (property.Has(FlowNames.Secret))
            traits.Add("Secret");
        return string.Join(" | ", traits.DefaultIfEmpty("None").Select(static t => "global::Cairn.Flows.SlotTraits." + t));
    }

    private static string Text(AccessorDeclarationSyntax accessor) => string.Join(" ", accessor.Modifiers.Append(accessor.Keyword).Select(static m => m.Text));

    private static string Text(SyntaxTokenList modifiers) => string.Join(" ", modifiers.Select(static m => m.Text));

    /// <summary>Constraints, modifiers and base classes are those of the other part.</summary>
    private static string DeclarationOf(INamedTypeSymbol type)
    {
        var kind = (type.IsRecord, type.TypeKind) switch
        {
            (true, TypeKind.Struct) => "record struct",
            (true, _) => "record",
            (_, TypeKind.Struct) => "struct",
            (_, TypeKind.Interface) => "interface",
            _ => "class",
        };
        return $"partial {kind} {type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat.WithMemberOptions(SymbolDisplayMemberOptions.None)
            .WithGenericsOptions(SymbolDisplayGenericsOptions.IncludeTypeParameters).AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers))}";
    }

    private static string FileNameOf(INamedTypeSymbol state)
    {
        var name = state.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted));
        return name.Replace("@", "").Replace('<', '{').Replace('>', '}') + StateProperties.GeneratedFile;
    }
}
