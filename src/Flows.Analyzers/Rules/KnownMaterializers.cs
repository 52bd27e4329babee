using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>
/// The types that certainly cannot be saved. JSON serves nearly all classes and structs, so what remains are types whose objects cannot be boxed, and abstract
/// ones that no materializer of the program or of its references names.
/// </summary>
internal sealed class KnownMaterializers(Compilation compilation)
{
    private const string MaterializerOfType = "Cairn.Materializers.Materializer";

    /// <summary>What Cairn, its formats and its plugins serve, with all that derives from it.</summary>
    private static readonly HashSet<string> _servedByCairn = ["Cairn.Materializers.NdArray", "Microsoft.ML.ITransformer", "Microsoft.ML.IDataView", "Google.Protobuf.IMessage"];

    private readonly Lazy<HashSet<ITypeSymbol>> _served = new(() => new(Served(compilation), SymbolEqualityComparer.Default));

    private readonly Lazy<HashSet<string>> _registered = new(() => [.. compilation.SyntaxTrees.SelectMany(static t => Registered(t.GetRoot()))]);

    /// <summary>Returns why no materializer can save the type; null if one may.</summary>
    public string? ReasonAgainst(ITypeSymbol type)
    {
        if (!StateProperties.CanBeTypeArgument(type))
            return "a pointer or a ref struct lives no longer than the stack";
        if (type.TypeKind == TypeKind.Dynamic || type.SpecialType == SpecialType.System_Object)
            return "the type that it has to be loaded as is unknown";
        if (type is not INamedTypeSymbol named || !named.IsAbstract || MayBeServed(named))
            return null;
        return $"no materializer that is referenced saves this {(named.TypeKind == TypeKind.Interface ? "interface" : "abstract class")}";
    }

    private bool MayBeServed(INamedTypeSymbol type) =>
        type.SelfAndBases().Concat(type.AllInterfaces).Any(static t => _servedByCairn.Contains(t.FullName()) || t.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T
            || t.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T || t.FullName() == "System.Collections.Generic.IAsyncEnumerable")
        || type.Has("System.Text.Json.Serialization.JsonDerivedTypeAttribute") || type.Has("System.Text.Json.Serialization.JsonPolymorphicAttribute")
        || type.SelfAndBases().Concat(type.AllInterfaces).Any(t => _served.Value.Contains(t) || _served.Value.Contains(t.OriginalDefinition))
        || _registered.Value.Contains(type.Name);

    /// <summary>The types of the materializers, of the sources and of the assemblies that could define one.</summary>
    private static IEnumerable<ITypeSymbol> Served(Compilation compilation) =>
        compilation.SourceModule.ReferencedAssemblySymbols.Where(static a => a.Modules.Any(static m => m.ReferencedAssemblies.Any(static r => r.Name == "Cairn.Abstractions")))
            .Append(compilation.Assembly).SelectMany(static a => Types(a.GlobalNamespace))
            .SelectMany(static t => t.SelfAndBases()).Where(static t => t.IsGenericType && t.FullName() == MaterializerOfType).Select(static t => t.TypeArguments[0]);

    /// <summary>The names of types in calls such as <c>registry.Add&lt;Model&gt;(…)</c> and <c>registry.Add(…, (Model model, …) =&gt; …)</c>. A name that means something else there hides a warning only.</summary>
    private static IEnumerable<string> Registered(SyntaxNode root) =>
        from call in root.DescendantNodes().OfType<InvocationExpressionSyntax>()
        let method = (call.Expression as MemberAccessExpressionSyntax)?.Name
        where method?.Identifier.Text is "Add" or "AddLocalFile"
        from named in call.ArgumentList.DescendantNodes().OfType<ParameterSyntax>().Select(static p => (SyntaxNode?)p.Type).Append((method as GenericNameSyntax)?.TypeArgumentList)
        where named is not null
        from name in named.DescendantNodesAndSelf().OfType<SimpleNameSyntax>()
        select name.Identifier.ValueText;

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol container) => container.GetMembers().SelectMany(static m => m switch
    {
        INamespaceSymbol space => Types(space),
        INamedTypeSymbol type => Types(type).Prepend(type),
        _ => [],
    });
}
