using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Flows.Analyzers.Generator;

/// <summary>Whether an object can be modified after it was created. In doubt it can: then its value is compared at the end of a task, which costs time only.</summary>
internal static class Immutability
{
    /// <summary>Types without type arguments that cannot be modified.</summary>
    private static readonly HashSet<string> _simple =
    [
        "System.DateTimeOffset", "System.DateOnly", "System.TimeOnly", "System.TimeSpan", "System.Guid", "System.Uri", "System.Version", "System.Half", "System.Int128", "System.UInt128",
        "System.Index", "System.Range", "System.Numerics.BigInteger", "System.Numerics.Complex", "System.Text.Rune",
        // What is read from these comes from the store, however often: reading does not modify it, and serializing what was consumed would.
        "System.Collections.Generic.IAsyncEnumerable", "System.IO.Stream",
    ];

    /// <summary>Types that cannot be modified if their type arguments cannot.</summary>
    private static readonly HashSet<string> _frozen =
    [
        "System.Nullable", "System.ValueTuple", "System.Tuple", "System.Collections.Generic.KeyValuePair",
        "System.Collections.Immutable.ImmutableArray", "System.Collections.Immutable.ImmutableList", "System.Collections.Immutable.ImmutableDictionary",
        "System.Collections.Immutable.ImmutableSortedDictionary", "System.Collections.Immutable.ImmutableHashSet", "System.Collections.Immutable.ImmutableSortedSet",
        "System.Collections.Immutable.ImmutableQueue", "System.Collections.Immutable.ImmutableStack",
        "System.Collections.Frozen.FrozenSet", "System.Collections.Frozen.FrozenDictionary",
    ];

    public static bool Of(ITypeSymbol type) => Of(type, new(SymbolEqualityComparer.Default));

    private static bool Of(ITypeSymbol type, HashSet<ITypeSymbol> seen)
    {
        if (type.SpecialType is (>= SpecialType.System_Boolean and <= SpecialType.System_String) or SpecialType.System_DateTime || type.TypeKind == TypeKind.Enum)
            return true;
        if (type is not INamedTypeSymbol named || named.TypeKind is not (TypeKind.Class or TypeKind.Struct or TypeKind.Interface))
            return false;
        var name = named.FullName();
        if (_simple.Contains(name))
            return true;
        if (_frozen.Contains(name))
            return named.TypeArguments.All(a => Of(a, seen));
        // A type that contains itself adds nothing to what its other fields say.
        return !seen.Add(named) || ((named.IsRecord || named.TypeKind == TypeKind.Struct) && HasOnlyImmutableFields(named, seen));
    }

    /// <summary>Returns whether a record, or a struct, consists of fields that cannot be set or modified.</summary>
    private static bool HasOnlyImmutableFields(INamedTypeSymbol type, HashSet<ITypeSymbol> seen)
    {
        // A reference assembly omits private fields.
        if (type.ContainingAssembly.GetAttributes().Any(static a => a.AttributeClass?.Name == "ReferenceAssemblyAttribute"))
            return false;
        // A value may be of a derived class, which is serialized as such.
        if (type.IsAbstract || type.Has("System.Text.Json.Serialization.JsonDerivedTypeAttribute"))
            return false;
        // Parameters of the primary constructor of a struct that is not a record are fields that the symbol does not show.
        if (!type.IsRecord && type.DeclaringSyntaxReferences.Any(static s => s.GetSyntax() is TypeDeclarationSyntax { ParameterList: not null }))
            return false;
        return type.SelfAndBases().TakeWhile(static t => t.SpecialType is not (SpecialType.System_Object or SpecialType.System_ValueType))
            .SelectMany(static t => t.GetMembers().OfType<IFieldSymbol>()).Where(static f => !f.IsStatic)
            .All(f => (f.IsReadOnly || type.IsValueType) && Of(f.Type, seen));
    }
}
