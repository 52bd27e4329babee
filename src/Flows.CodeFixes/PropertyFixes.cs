using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Flows.CodeFixes;

/// <summary>Fixes of the declaration of a property: CAIRN001 to CAIRN004 and CAIRN009.</summary>
[Shared]
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PropertyFixes : CodeFixProvider
{
    private const string NotAnArtifact = "NotAnArtifact";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CAIRN001", "CAIRN002", "CAIRN003", "CAIRN004", "CAIRN009"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span).FirstAncestorOrSelf<PropertyDeclarationSyntax>() is not { } property)
            return;
        foreach (var diagnostic in context.Diagnostics)
        {
            foreach (var (title, edited) in FixesOf(diagnostic.Id, property))
                context.RegisterCodeFix(CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(property, edited))), title), diagnostic);
        }
    }

    private static IEnumerable<(string Title, PropertyDeclarationSyntax Edited)> FixesOf(string id, PropertyDeclarationSyntax property)
    {
        switch (id)
        {
            case "CAIRN002":
                // What an accessor does, or what an initializer sets, would be lost.
                if (property is { Initializer: null, AccessorList: { } list } && list.Accessors.All(static a => a is { Body: null, ExpressionBody: null }))
                    yield return ("Make the property an artifact", PropertyEdits.WithPartial(property));
                goto case "CAIRN001";
            case "CAIRN001":
            case "CAIRN003":
                yield return ("Mark the property [NotAnArtifact]", PropertyEdits.WithAttribute(PropertyEdits.Without(property, SyntaxKind.PartialKeyword), NotAnArtifact));
                break;
            case "CAIRN004":
                yield return ("Mark the property [Secret]", PropertyEdits.WithAttribute(property, "Secret"));
                break;
            case "CAIRN009" when property.Modifiers.Any(SyntaxKind.StaticKeyword):
                yield return ("Remove 'static'", PropertyEdits.Without(property, SyntaxKind.StaticKeyword));
                break;
            case "CAIRN009" when IsOfOneTask(property):
                yield return ("Remove 'partial'", PropertyEdits.Without(property, SyntaxKind.PartialKeyword));
                break;
            case "CAIRN009" when property.AccessorList is not null && property.Type is not RefTypeSyntax && PropertyEdits.Settable(property) is var settable && !settable.IsEquivalentTo(property):
                yield return ("Let steps read and set the property", settable);
                break;
        }
    }

    private static bool IsOfOneTask(PropertyDeclarationSyntax property) =>
        !property.Modifiers.Any(SyntaxKind.PublicKeyword) || property.Identifier.ValueText.StartsWith("_", StringComparison.Ordinal)
        || property.AttributeLists.SelectMany(static l => l.Attributes).Any(static a => a.Name.ToString() is NotAnArtifact or NotAnArtifact + "Attribute");
}
