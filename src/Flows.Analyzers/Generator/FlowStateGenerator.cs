using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Flows.Analyzers.Generator;

/// <summary>Implements the partial properties of classes with <c>[FlowState]</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class FlowStateGenerator : IIncrementalGenerator
{
    /// <summary>The name of the step whose outputs are the models, for tests of the caching.</summary>
    internal const string ModelStep = "FlowStateModel";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var states = context.SyntaxProvider.ForAttributeWithMetadataName(
            FlowNames.FlowState,
            static (node, _) => node is ClassDeclarationSyntax,
            static (found, cancellationToken) => StateReader.Read((INamedTypeSymbol)found.TargetSymbol, cancellationToken)).WithTrackingName(ModelStep);
        context.RegisterSourceOutput(states, static (output, state) =>
        {
            if (state is not null)
                output.AddSource(state.FileName, StateSource.Write(state));
        });
    }
}
