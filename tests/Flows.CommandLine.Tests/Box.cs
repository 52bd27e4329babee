using System.Text.Json;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Flows;
using Cairn.Flows.Programs;
using Cairn.Materializers;
using Cairn.Providers.Local;
using Cairn.Tests.Workspaces;

namespace Flows.CommandLine.Tests;

/// <summary>What a program answered.</summary>
internal sealed record Answer(int Code, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public IReadOnlyList<JsonElement> Json => [.. Lines.Select(l => JsonDocument.Parse(l).RootElement)];

    public Answer Ok()
    {
        Code.ShouldBe(0, Error);
        return this;
    }

    /// <summary>The last line of standard error is an error of this code.</summary>
    public Answer Fails(int code, params string[] expected)
    {
        Code.ShouldBe(code, Error);
        var last = Error.TrimEnd('\n').Split('\n')[^1];
        last.ShouldStartWith("trainer: ");
        foreach (var text in expected)
            last.ShouldContain(text);
        return this;
    }
}

/// <summary>A program of flows over a store in a temporary folder.</summary>
internal sealed class Box(params IFlow[] flows) : IDisposable
{
    private readonly TempFolder _folder = new();

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string Store => Path.Join(_folder.Path, "store");

    public async Task<Answer> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var options = new FlowProgramOptions { Materializers = MaterializerRegistry.CreateDefault(), Store = Store, ConfigureCatalog = o => o with { IndexFolder = Path.Join(_folder.Path, "index") } };
        string[] all = args is [] ? args : [.. args.TakeWhile(a => a != "--"), "--invoked-as", "trainer", .. args.SkipWhile(a => a != "--")];
        var code = await ProgramRun.RunAsync(all, options, flows, TextWriter.Synchronized(output), TextWriter.Synchronized(error), isTerminal: false);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Reads the catalog.</summary>
    public async Task<T> ReadAsync<T>(Func<Catalog, Task<T>> read)
    {
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(Store), cancellationToken: Cancel);
        await using var catalog = new Catalog(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { IndexFolder = Path.Join(_folder.Path, "other") });
        return await read(catalog);
    }

    public void Dispose() => _folder.Dispose();
}
