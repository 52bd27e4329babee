using System.Collections.Immutable;
using Cairn.Flows;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Cairn.Flows.Analyzers.Tests;

/// <summary>Compilations of sources that use Cairn.Flows.</summary>
internal static class Sources
{
    public static readonly CSharpParseOptions ParseOptions = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);

    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Cairn.Flows;
        """;

    private static readonly ImmutableArray<MetadataReference> _references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(static f => f.Length > 0).Select(static f => MetadataReference.CreateFromFile(f)),
        MetadataReference.CreateFromFile(typeof(FlowStateAttribute).Assembly.Location),
    ];

    /// <summary>A compilation of sources, before the generator runs.</summary>
    public static CSharpCompilation Compile(params string[] sources) => Compile(NullableContextOptions.Enable, sources);

    public static CSharpCompilation Compile(NullableContextOptions nullable, params string[] sources) => CSharpCompilation.Create(
        "Sample",
        [.. sources.Prepend(Usings).Select((s, i) => CSharpSyntaxTree.ParseText(s, ParseOptions, $"Source{i}.cs", System.Text.Encoding.UTF8))],
        _references.DistinctBy(static r => r.Display),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: nullable));
}
