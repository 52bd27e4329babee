using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Flows.CodeFixes;

/// <summary>CAIRN006: sorts the items, where they or their keys can be compared.</summary>
[Shared]
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class ItemOrderFix : CodeFixProvider
{
    private const string Title = "Sort the items";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CAIRN006"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span, getInnermostNodeForTie: true) is not ExpressionSyntax source || model is null || SortOf(model.GetTypeInfo(source, context.CancellationToken).Type) is not { } sort)
            return;
        var receiver = source is IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or ElementAccessExpressionSyntax or ObjectCreationExpressionSyntax or ParenthesizedExpressionSyntax
            ? source.WithoutTrivia()
            : SyntaxFactory.ParenthesizedExpression(source.WithoutTrivia());
        var edited = root.ReplaceNode(source, SyntaxFactory.ParseExpression(receiver + sort).WithTriviaFrom(source));
        if (edited is CompilationUnitSyntax unit && model.LookupNamespacesAndTypes(source.SpanStart, name: "Enumerable").IsEmpty)
            edited = unit.AddUsings(SyntaxFactory.UsingDirective(SyntaxFactory.ParseName("System.Linq")).NormalizeWhitespace().WithTrailingTrivia(SyntaxFactory.ElasticLineFeed));
        context.RegisterCodeFix(CodeAction.Create(Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(edited)), Title), context.Diagnostics);
    }

    /// <summary>Returns the call that sorts a collection; null if its items cannot be compared.</summary>
    private static string? SortOf(ITypeSymbol? collection)
    {
        var item = (collection is INamedTypeSymbol type ? type.AllInterfaces.Insert(0, type) : []).FirstOrDefault(static i => i.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)?.TypeArguments[0];
        return item switch
        {
            // Text is compared by culture unless the call says otherwise, and machines differ in that.
            { SpecialType: SpecialType.System_String } => ".Order(StringComparer.Ordinal)",
            INamedTypeSymbol { Name: "KeyValuePair", TypeArguments: { Length: 2 } parts } when parts[0].SpecialType == SpecialType.System_String => ".OrderBy(static p => p.Key, StringComparer.Ordinal)",
            INamedTypeSymbol { Name: "KeyValuePair", TypeArguments: { Length: 2 } parts } when IsComparable(parts[0]) => ".OrderBy(static p => p.Key)",
            { } other when IsComparable(other) => ".Order()",
            _ => null,
        };
    }

    private static bool IsComparable(ITypeSymbol type) => type.AllInterfaces.Any(static i => i.Name == "IComparable");
}
