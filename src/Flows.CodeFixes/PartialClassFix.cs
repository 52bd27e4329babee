using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Flows.CodeFixes;

/// <summary>CAIRN010: makes a state and the types around it partial.</summary>
[Shared]
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PartialClassFix : CodeFixProvider
{
    private const string Title = "Make the class partial";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CAIRN010"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span).FirstAncestorOrSelf<ClassDeclarationSyntax>() is not { } state || state.Modifiers.Any(SyntaxKind.StaticKeyword))
            return;
        var types = state.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().ToList();
        context.RegisterCodeFix(
            CodeAction.Create(Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNodes(types, static (_, t) => Partial(t)))), Title), context.Diagnostics);
    }

    /// <summary>The keyword takes the place, and so the indentation, of the first one where there is none before it.</summary>
    private static TypeDeclarationSyntax Partial(TypeDeclarationSyntax type) => type.Modifiers.Count > 0
        ? PropertyEdits.WithPartial(type)
        : PropertyEdits.WithPartial(type.WithKeyword(type.Keyword.WithLeadingTrivia())).WithLeadingTrivia(type.GetLeadingTrivia());
}
