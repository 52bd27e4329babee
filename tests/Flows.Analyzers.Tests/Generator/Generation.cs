using System.Reflection;
using System.Runtime.Loader;
using Cairn.Flows.Analyzers.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Cairn.Flows.Analyzers.Tests.Generator;

/// <summary>Runs the generator on sources.</summary>
internal static class Generation
{
    /// <summary>A driver that records the outputs of each step.</summary>
    public static GeneratorDriver Driver { get; } = CSharpGeneratorDriver.Create(
        [new FlowStateGenerator().AsSourceGenerator()], parseOptions: Sources.ParseOptions, driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>The generated source of the only state.</summary>
    public static string SourceOf(params string[] sources) =>
        Driver.RunGenerators(Sources.Compile(sources)).GetRunResult().Results.Single().GeneratedSources.ShouldHaveSingleItem().SourceText.ToString();

    /// <summary>Errors and warnings of the sources with what is generated.</summary>
    public static string[] Diagnostics(params string[] sources) => Diagnostics(Sources.Compile(sources));

    public static string[] Diagnostics(CSharpCompilation compilation, DiagnosticSeverity least = DiagnosticSeverity.Warning)
    {
        Driver.RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var own);
        own.ShouldBeEmpty();
        return [.. generated.GetDiagnostics().Where(d => d.Severity >= least).Select(static d => d.Id + " " + d.GetMessage())];
    }

    /// <summary>The class that is compiled from the sources, loaded.</summary>
    public static Type Load(string type, params string[] sources)
    {
        Driver.RunGeneratorsAndUpdateCompilation(Sources.Compile(sources), out var generated, out _);
        using var image = new MemoryStream();
        generated.Emit(image).Diagnostics.Where(static d => d.Severity >= DiagnosticSeverity.Warning).ShouldBeEmpty();
        image.Position = 0;
        var context = new AssemblyLoadContext(null, isCollectible: true);
        return context.LoadFromStream(image).GetType(type, throwOnError: true)!;
    }

    /// <summary>The slots of a new state of the class.</summary>
    public static IReadOnlyList<StateSlot> SlotsOf(Type type) => ((IFlowState)Activator.CreateInstance(type)!).Slots;
}
