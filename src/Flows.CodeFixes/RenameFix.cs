using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Rename;

namespace Cairn.Flows.CodeFixes;

/// <summary>CAIRN008: renames a property, and what refers to it, to a name that no other property has.</summary>
[Shared]
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class RenameFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CAIRN008"];

    /// <inheritdoc/>
    /// <remarks>Renames change many files at once, so each is applied for itself.</remarks>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span).FirstAncestorOrSelf<PropertyDeclarationSyntax>() is not { } syntax || model?.GetDeclaredSymbol(syntax, context.CancellationToken) is not { } property)
            return;
        var taken = new HashSet<string>(model.LookupSymbols(syntax.SpanStart, property.ContainingType).Select(static s => s.Name), StringComparer.OrdinalIgnoreCase);
        var name = Enumerable.Range(2, taken.Count + 1).Select(i => $"{property.Name}{i}").First(n => !taken.Contains(n));
        var title = $"Rename the property to {name}";
        context.RegisterCodeFix(
            CodeAction.Create(title, stopping => Renamer.RenameSymbolAsync(context.Document.Project.Solution, property, new SymbolRenameOptions(), name, stopping), title), context.Diagnostics);
    }
}
