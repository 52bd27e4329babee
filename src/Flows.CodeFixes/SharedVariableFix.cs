using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace Cairn.Flows.CodeFixes;

/// <summary>CAIRN005: adds a property to the state, and uses it in the steps in place of a local variable.</summary>
[Shared]
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class SharedVariableFix : CodeFixProvider
{
    private static readonly SymbolDisplayFormat _format =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CAIRN005"];

    /// <inheritdoc/>
    /// <remarks>One fix changes all steps that use the variable.</remarks>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || model is null)
            return;
        foreach (var diagnostic in context.Diagnostics)
        {
            // All uses in steps, those of this step included.
            var uses = diagnostic.AdditionalLocations.Select(l => root.FindNode(l.SourceSpan, getInnermostNodeForTie: true)).OfType<IdentifierNameSyntax>().ToList();
            var steps = uses.ConvertAll(u => StepOf(u, model));
            if (uses.Count == 0 || uses.Count != diagnostic.AdditionalLocations.Count || steps.Contains(null) || model.GetSymbolInfo(uses[0]).Symbol is not ILocalSymbol variable)
                continue;
            var (state, _) = steps[0]!.Value;
            var name = char.ToUpperInvariant(variable.Name[0]) + variable.Name.Substring(1);
            if (!state.GetMembers(name).IsEmpty || state.DeclaringSyntaxReferences.FirstOrDefault() is not { } declared || context.Document.Project.Solution.GetDocument(declared.SyntaxTree) is not { } file)
                continue;
            var title = $"Pass '{variable.Name}' in the property {name} of {state.Name}";
            context.RegisterCodeFix(CodeAction.Create(title, FixAsync, title), diagnostic);

            async Task<Solution> FixAsync(CancellationToken cancellationToken)
            {
                var editor = new SolutionEditor(context.Document.Project.Solution);
                var steps = await editor.GetDocumentEditorAsync(context.Document.Id, cancellationToken).ConfigureAwait(false);
                foreach (var use in uses)
                    steps.ReplaceNode(use, SyntaxFactory.ParseExpression($"{StepOf(use, model)!.Value.Parameter}.{name}").WithTriviaFrom(use));
                var states = await editor.GetDocumentEditorAsync(file.Id, cancellationToken).ConfigureAwait(false);
                var property = SyntaxFactory.ParseMemberDeclaration($"public partial {variable.Type.ToDisplayString(_format)} {name} {{ get; set; }}")!;
                states.AddMember(await declared.GetSyntaxAsync(cancellationToken).ConfigureAwait(false), property.WithTrailingTrivia(SyntaxFactory.ElasticLineFeed).WithAdditionalAnnotations(Simplifier.Annotation, Formatter.Annotation));
                return editor.GetChangedSolution();
            }
        }
    }

    /// <summary>Returns the state and the name of the state's parameter of the step around a use; null if the body of the step is not a lambda.</summary>
    private static (INamedTypeSymbol State, string Parameter)? StepOf(SyntaxNode use, SemanticModel model)
    {
        foreach (var lambda in use.Ancestors().OfType<ParenthesizedLambdaExpressionSyntax>())
        {
            if (lambda.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } && model.GetSymbolInfo(call).Symbol is IMethodSymbol { ContainingType: { Name: "Flow" or "FlowBranches", TypeArguments: { Length: 1 } states } }
                && states[0] is INamedTypeSymbol state && lambda.ParameterList.Parameters.FirstOrDefault() is { } parameter)
                return (state, parameter.Identifier.Text);
        }
        return null;
    }
}
