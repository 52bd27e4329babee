using System.Collections.Immutable;
using Cairn.Artifacts;
using Cairn.Providers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Cairn.Analyzers.Tests;

/// <summary>Compiles the body of a method of a program that uses Cairn, and analyses it.</summary>
internal static class Analysis
{
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(static f => f.Length > 0).Select(static f => MetadataReference.CreateFromFile(f)),
    ];

    /// <summary>What an analyzer reports: the source text of each place.</summary>
    /// <param name="analyzer">The analyzer.</param>
    /// <param name="body">Statements; <c>store</c>, <c>repository</c>, <c>io</c>, <c>source</c> and <c>mode</c> are there.</param>
    /// <param name="members">Further members of the class.</param>
    public static async Task<string[]> ReportsAsync(DiagnosticAnalyzer analyzer, string body, string members = "")
    {
        typeof(ArtifactStore).Assembly.ShouldNotBeNull();
        typeof(StorePath).Assembly.ShouldNotBeNull();
        var code = $$"""
            using System;
            using System.Collections.Generic;
            using System.IO;
            using System.Threading.Tasks;
            using Cairn;
            using Cairn.Artifacts;
            using Cairn.Providers;

            class Program
            {
                StoreWriteStream? _field;
                {{members}}
                Task UseAsync(StoreWriteStream stream) => stream.CompleteAsync();
                async Task<object?> RunAsync(ArtifactStore store, ArtifactRepository repository, StoreIo io, Stream source, WriteMode mode)
                {
                    {{body}}
                    return null;
                }
            }
            """;
        var compilation = CSharpCompilation.Create(
            "Sample", [CSharpSyntaxTree.ParseText(code)], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error).Select(static d => d.ToString()).ShouldBeEmpty();
        var found = await compilation.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.OrderBy(static d => d.Location.SourceSpan.Start).Select(d => code[d.Location.SourceSpan.Start..d.Location.SourceSpan.End])];
    }
}
