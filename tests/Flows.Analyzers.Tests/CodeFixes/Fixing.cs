using Cairn.Flows.Analyzers.Tests.Rules;
using Cairn.Flows.CodeFixes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;

namespace Cairn.Flows.Analyzers.Tests.CodeFixes;

/// <summary>Applies the fix of the first diagnostic of a rule, as an editor does.</summary>
internal static class Fixing
{
    private static readonly CodeFixProvider[] _fixes = [new PropertyFixes(), new PartialClassFix(), new RenameFix(), new ItemOrderFix(), new StepCacheFix(), new SharedVariableFix()];

    /// <summary>The titles of the fixes that are offered.</summary>
    public static async Task<string[]> TitlesAsync(string rule, string source) => [.. (await ActionsAsync(rule, source)).Actions.Select(static a => a.Title)];

    /// <summary>The source after the fix.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="title">The title of the fix.</param>
    /// <param name="source">The source.</param>
    public static async Task<string> FixedAsync(string rule, string title, string source)
    {
        var (document, actions) = await ActionsAsync(rule, source);
        var action = actions.Single(a => a.Title == title);
        var operation = (await action.GetOperationsAsync(TestContext.Current.CancellationToken)).OfType<ApplyChangesOperation>().Single();
        var changed = operation.ChangedSolution.GetDocument(document.Id)!;
        return (await changed.GetTextAsync(TestContext.Current.CancellationToken)).ToString();
    }

    private static async Task<(Document Document, List<CodeAction> Actions)> ActionsAsync(string rule, string source)
    {
        var compilation = Sources.Compile(source);
        var workspace = new AdhocWorkspace();
        var project = workspace.AddProject("Sample", LanguageNames.CSharp).WithMetadataReferences(compilation.References).WithCompilationOptions(compilation.Options).WithParseOptions(Sources.ParseOptions);
        foreach (var (index, tree) in compilation.SyntaxTrees.Index())
            project = project.AddDocument($"Source{index}.cs", await tree.GetTextAsync(), filePath: $"Source{index}.cs").Project;
        var document = project.Documents.Single(static d => d.Name == "Source1.cs");
        var diagnostic = (await Reports.DiagnosticsAsync((CSharpCompilation)(await project.GetCompilationAsync())!)).First(d => d.Id == rule);
        var actions = new List<CodeAction>();
        foreach (var fix in _fixes.Where(f => f.FixableDiagnosticIds.Contains(rule)))
            await fix.RegisterCodeFixesAsync(new(document, diagnostic, (action, _) => actions.Add(action), TestContext.Current.CancellationToken));
        return (document, actions);
    }
}
