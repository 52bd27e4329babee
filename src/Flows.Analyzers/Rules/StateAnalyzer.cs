using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>The rules for the class of a state and its properties: CAIRN001 to CAIRN004 and CAIRN008 to CAIRN010.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StateAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        FlowRules.NoMaterializer, FlowRules.NeitherPartialNorMarked, FlowRules.NotContent, FlowRules.LooksLikeSecret, FlowRules.SameButForCase, FlowRules.NotImplementable,
        FlowRules.NotExtensible,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(FlowNames.FlowState) is null)
                return;
            var materializers = new KnownMaterializers(start.Compilation);
            start.RegisterSymbolAction(symbol => Look(symbol, materializers), SymbolKind.NamedType);
        });
    }

    private static void Look(SymbolAnalysisContext context, KnownMaterializers materializers)
    {
        var state = (INamedTypeSymbol)context.Symbol;
        if (!state.Has(FlowNames.FlowState))
            return;
        LookAtClass(context, state);
        foreach (var property in state.GetMembers().OfType<IPropertySymbol>().Where(static p => p.ExplicitInterfaceImplementations.IsEmpty && p.PartialDefinitionPart is null))
        {
            if (!StateProperties.IsPartial(property))
                LookAtPlain(context, property);
            else if (StateProperties.Obstacle(property) is { } obstacle)
                Report(context, FlowRules.NotImplementable, property, obstacle);
            else
                LookAtArtifact(context, property, materializers);
        }
        LookAtCase(context, state);
    }

    private static void LookAtClass(SymbolAnalysisContext context, INamedTypeSymbol state)
    {
        var reason = state switch
        {
            { IsRecord: true } => "it is a record, and a copy of a record would share its values with the original; use a class",
            { IsStatic: true } => "it is static, and each task has its own state",
            { IsFileLocal: true } => "it is local to its file, and its properties are implemented in another file",
            _ when !Generator.StateReader.IsPartial(state, context.CancellationToken) => "it is not partial, so its properties cannot be implemented",
            _ => null,
        };
        for (var outer = state.ContainingType; reason is null && outer is not null; outer = outer.ContainingType)
        {
            if (!Generator.StateReader.IsPartial(outer, context.CancellationToken))
                reason = $"the enclosing type {outer.Name} is not partial";
        }
        if (reason is not null)
            Report(context, FlowRules.NotExtensible, state, reason);
    }

    private static void LookAtPlain(SymbolAnalysisContext context, IPropertySymbol property)
    {
        if (property is { IsStatic: false, IsIndexer: false, DeclaredAccessibility: Accessibility.Public, SetMethod: { IsInitOnly: false, DeclaredAccessibility: Accessibility.Public } }
            && !property.Name.StartsWith("_", StringComparison.Ordinal) && !property.Has(FlowNames.NotAnArtifact))
            Report(context, FlowRules.NeitherPartialNorMarked, property);
    }

    private static void LookAtArtifact(SymbolAnalysisContext context, IPropertySymbol property, KnownMaterializers materializers)
    {
        if (!StateProperties.IsReadWrite(property))
        {
            Report(context, FlowRules.NotImplementable, property, property switch
            {
                { IsRequired: true } => "it is required, and the engine creates a state without values",
                { GetMethod: null } => "it has no getter",
                { SetMethod: null } => "it has no setter, so no step can set it",
                _ => "its setter is init, so no step can set it",
            });
        }
        if (TypeRules.NotContent(property.Type) is { } what)
            Report(context, FlowRules.NotContent, property, what);
        else if (materializers.ReasonAgainst(property.Type) is { } reason)
            Report(context, FlowRules.NoMaterializer, property, property.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat), reason);
        if (!property.Has(FlowNames.Secret) && SecretNames.Match(property))
            Report(context, FlowRules.LooksLikeSecret, property);
    }

    private static void LookAtCase(SymbolAnalysisContext context, INamedTypeSymbol state)
    {
        var names = new Dictionary<string, IPropertySymbol>(StringComparer.OrdinalIgnoreCase);
        var artifacts = state.SelfAndBases().Reverse().Where(static t => t.Has(FlowNames.FlowState)).SelectMany(static t => t.GetMembers().OfType<IPropertySymbol>())
            .Where(static p => p is { IsStatic: false, IsPartialDefinition: true } && StateProperties.Obstacle(p) is null);
        foreach (var property in artifacts)
        {
            if (!names.TryGetValue(property.Name, out var other))
                names.Add(property.Name, property);
            else if (!Same(property.ContainingType, state))
                continue;
            else if (other.Name == property.Name)
                Report(context, FlowRules.NotImplementable, property, $"{other.ContainingType.Name} has a property of this name already");
            else
                Report(context, FlowRules.SameButForCase, property, other.Name);
        }
    }

    private static bool Same(ISymbol one, ISymbol other) => SymbolEqualityComparer.Default.Equals(one, other);

    private static void Report(SymbolAnalysisContext context, DiagnosticDescriptor rule, ISymbol symbol, params object[] arguments) =>
        context.ReportDiagnostic(Diagnostic.Create(rule, symbol.Locations[0], [symbol.Name, .. arguments]));
}
