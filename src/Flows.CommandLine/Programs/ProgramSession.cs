using System.CommandLine;
using System.Text.Json;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Errors;
using Cairn.Workspaces;

namespace Cairn.Flows.Programs;

/// <summary>One run of a command: its output, and the catalog that it has opened.</summary>
internal sealed class ProgramSession(
    FlowProgramOptions options,
    ProgramOptions global,
    IReadOnlyList<IFlow> flows,
    ParseResult parsed,
    TextWriter output,
    TextWriter error,
    bool isTerminal,
    string speaker,
    string invokedAs,
    CancellationToken stopping) : IAsyncDisposable
{
    private const string IndexFolder = "index";

    /// <summary>The file that each catalog has, in the folder of the repository.</summary>
    private const string CatalogFile = "catalog/format.json";

    private ArtifactStore? _store;
    private Catalog.Catalog? _catalog;

    public IReadOnlyList<IFlow> Flows => flows;

    public TextWriter Error => error;

    /// <summary>Gets whether standard error is a terminal.</summary>
    public bool IsTerminal => isTerminal;

    public bool IsVerbose { get; } = parsed.GetValue(global.Verbose);

    public CancellationToken Stopping => stopping;

    /// <summary>Returns a command of the program as a user can paste it into a shell: with the store, the workspace and the user that this call was given.</summary>
    /// <param name="words">The command and its arguments.</param>
    public string CommandOf(params string[] words) => string.Join(' ', [invokedAs, .. words.Concat(global.Given(parsed)).Select(ShellText.Quote)]);

    /// <summary>Finds a flow by its name; without a name, the only one.</summary>
    /// <exception cref="UsageException">There is no such flow, or no name was given and there are several.</exception>
    public IFlow FindFlow(string? name, string argument)
    {
        if (name is not null)
            return TryFindFlow(name) ?? throw new UsageException($"This program has no flow '{ErrorText.Escape(name)}'. It has {Names()}.");
        return flows.Count == 1 ? flows[0] : throw new UsageException($"This program has several flows: {Names()}. State one as {argument}.");
    }

    /// <summary>Finds the flow of a run.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: the program does not have it.</exception>
    public IFlow FlowOf(RunInfo run) => TryFindFlow(run.Flow) ?? throw new StoreException(
        new StoreFault(StoreErrorCode.PreconditionFailed, $"the run {run.Reference} is one of the flow '{ErrorText.Escape(run.Flow)}', which this program does not have")
        {
            Advice = $"It has {Names()}. Give a run of one of them, or use the program that has the flow.",
        });

    /// <summary>Opens the catalog of the store that the command line names.</summary>
    /// <param name="begins">Whether a catalog is begun in a store that has none.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no catalog, and none is to be begun.</exception>
    public async Task<Catalog.Catalog> OpenAsync(bool begins)
    {
        var (store, workspace) = await OpenStoreAsync().ConfigureAwait(false);
        _store = store;
        // A run whose first step has failed has records, but no artifact and so no repository yet.
        if (!begins && !await store.ExistsAsync(ArtifactRepository.DefaultFolder / CatalogFile, stopping).ConfigureAwait(false))
        {
            throw new StoreException(new StoreFault(StoreErrorCode.NotFound, "there is no catalog") { Advice = $"Run a flow first with '{CommandOf("run")}', or choose another store with --store." })
                .WithContext("open the catalog in", store.Root);
        }
        var configured = options.ConfigureCatalog(new() { User = UserOf(), IndexFolder = workspace is null ? null : Path.Join(workspace.Folder, IndexFolder) });
        return _catalog = new(new ArtifactRepository(store, options.Materializers), configured);
    }

    public void Line(string text) => output.WriteLine(text);

    public void Json(Action<Utf8JsonWriter> writeMembers)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }
        output.WriteLine(System.Text.Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length));
    }

    /// <summary>Prints a line to standard error.</summary>
    public void Note(string text) => error.WriteLine(TerminalText.OneLine(text));

    /// <summary>Prints an error as one line.</summary>
    public void Say(string text) => error.WriteLine($"{speaker}: {TerminalText.OneLine(text)}");

    /// <summary>Prints an error that is not one of a step.</summary>
    public void Report(Exception exception)
    {
        Say(exception switch
        {
            StoreException or UsageException or FormatException or UnauthorizedAccessException or IOException => exception.Message,
            ArgumentException { ParamName: { } name } => exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
            _ => $"{exception.GetType().Name}: {exception.Message}",
        });
        if (IsVerbose)
            error.WriteLine(TerminalText.Escape(exception.ToString().ReplaceLineEndings("\n"), keepsLines: true));
    }

    public async ValueTask DisposeAsync()
    {
        if (_catalog is not null)
            await _catalog.DisposeAsync().ConfigureAwait(false);
        if (_store is not null)
            await _store.DisposeAsync().ConfigureAwait(false);
        await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private IFlow? TryFindFlow(string name) => flows.FirstOrDefault(f => f.Name == name) ?? flows.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private string Names() => string.Join(", ", flows.Select(f => f.Name));

    private string UserOf() => parsed.GetValue(global.User)
        ?? (Environment.GetEnvironmentVariable(ProgramOptions.UserVariable) is { Length: > 0 } named ? named : $"u:{Environment.UserName}");

    private async Task<(ArtifactStore Store, Workspace? Workspace)> OpenStoreAsync()
    {
        var address = Address.Parse(parsed.GetValue(global.Store)!);
        var workspace = address.Kind is AddressKind.Active or AddressKind.Registered ? Workspace.Locate(parsed.GetValue(global.Workspace), options.Flavors) : FindWorkspace();
        switch (address.Kind)
        {
            case AddressKind.Active or AddressKind.Registered:
                return ((await workspace!.OpenStoreAsync(address.Store, cancellationToken: stopping).ConfigureAwait(false)).Under(StorePath.Parse(address.Rest)), workspace);
            case AddressKind.Standard:
                throw new UsageException("'-' cannot be a store.");
        }
        var uri = address.Kind == AddressKind.Uri ? StoreUri.Parse(address.Rest) : StoreUri.FromLocalPath(address.Rest);
        // A registered store has the options with which it is opened; the deepest one above the address counts.
        if (address.Kind == AddressKind.Uri && workspace?.Read().Stores.Where(s => uri.IsUnder(s.Root)).MaxBy(s => s.Root.Path.Depth) is { } registered)
            return ((await workspace.OpenStoreAsync(registered.Name, cancellationToken: stopping).ConfigureAwait(false)).Under(uri.Path.RelativeTo(registered.Root.Path)), workspace);
        var provider = await options.Flavors.GetProviderAsync(options.Flavors.RequireFlavorOfScheme(uri.Scheme), stopping).ConfigureAwait(false);
        return (await ArtifactStore.OpenAsync(provider, uri, cancellationToken: stopping).ConfigureAwait(false), workspace);
    }

    private Workspace? FindWorkspace() =>
        parsed.GetValue(global.Workspace) is { Length: > 0 } || Environment.GetEnvironmentVariable(Workspace.EnvironmentVariable) is { Length: > 0 }
            || Workspace.FindFolder(Directory.GetCurrentDirectory()) is not null
            ? Workspace.Locate(parsed.GetValue(global.Workspace), options.Flavors)
            : null;
}
