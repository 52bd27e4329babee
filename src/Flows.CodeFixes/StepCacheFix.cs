using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Flows.CodeFixes;

/// <summary>CAIRN007: removes the cache of a step that is not repeatable.</summary>
[Shared]
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class StepCacheFix : CodeFixProvider
{
    private const string Title = "Do not cache the step";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CAIRN007"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            // The assignment of the option is where the call is, also if the body is a method elsewhere in the file.
            if (root?.FindNode(diagnostic.AdditionalLocations[0].SourceSpan) is { } cache && Without(root, cache) is { } edited)
                context.RegisterCodeFix(CodeAction.Create(Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(edited)), Title), diagnostic);
        }
    }

    /// <summary>Removes the option; with the options, if it is the only one.</summary>
    private static SyntaxNode? Without(SyntaxNode root, SyntaxNode cache) => cache.Parent switch
    {
        InitializerExpressionSyntax { Expressions.Count: > 1 } => root.RemoveNode(cache, SyntaxRemoveOptions.KeepTrailingTrivia),
        InitializerExpressionSyntax { Parent: WithExpressionSyntax with } => root.ReplaceNode(with, with.Expression.WithoutTrailingTrivia()),
        InitializerExpressionSyntax { Parent.Parent: ArgumentSyntax argument } => root.RemoveNode(argument, SyntaxRemoveOptions.KeepNoTrivia),
        _ => null,
    };
}
