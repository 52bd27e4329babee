using Cairn.Flavors;
using Cairn.Plugins;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.Providers.Memory;
using Cairn.Transfers;
using Cairn.Workspaces;

namespace Cairn.Cli;

/// <summary>The state of one run of the command: its output, the flavors, the workspace and the stores that it has opened.</summary>
internal sealed class Session(CommandOutput output, TextWriter error, string? workspace, bool verbose, FlavorRegistry? flavors = null) : IAsyncDisposable
{
    private static readonly Dictionary<string, string> _quick = new(StringComparer.Ordinal) { ["durability"] = "none" };

    private readonly Redactor _redactor = new();
    private readonly Dictionary<string, ArtifactStore> _stores = new(StringComparer.Ordinal);
    private readonly HashSet<string> _noted = new(StringComparer.Ordinal);
    private ArtifactStoreOptions? _storeOptions;
    private FlavorRegistry? _flavors = flavors;
    private PluginHost? _plugins;
    private Workspace? _workspace;

    public CommandOutput Output => output;

    public TextWriter Error => error;

    /// <summary>Gets whether to print each step.</summary>
    public bool IsVerbose => verbose;

    /// <summary>Gets whether standard error is a terminal.</summary>
    public bool ShowsProgress { get; } = !Console.IsErrorRedirected;

    /// <summary>Gets the options for opening stores. On a terminal, waits are reported.</summary>
    private ArtifactStoreOptions StoreOptions => _storeOptions ??= ShowsProgress || verbose ? new() { LoggerFactory = new RetryNotes(this) } : new();

    /// <summary>Gets the workspace folder from the command line, or null if none was given.</summary>
    public string? GivenWorkspace => workspace;

    public FlavorRegistry Flavors => _flavors ??= KnownFlavors().AddWhenNeeded(registry => _ = Plugins.AddTo(registry));

    /// <summary>Gets the plugins. Only their manifests are read until one of them is used.</summary>
    public PluginHost Plugins => _plugins ??= OpenPlugins();

    public Workspace Workspace => _workspace ??= Workspace.Locate(workspace, Flavors);

    /// <summary>Returns the built-in flavors. Their providers are loaded on first use.</summary>
    public static FlavorRegistry KnownFlavors() => new FlavorRegistry()
        .Add("local", ["file"], static () => FlavorDescriptor.Of(typeof(LocalProvider)), static _ => ValueTask.FromResult<IStoreProvider>(new LocalProvider()))
        .Add("memory", ["mem"], static () => FlavorDescriptor.Of(typeof(MemoryProvider)), static _ => ValueTask.FromResult<IStoreProvider>(new MemoryProvider()));

    /// <summary>Opens the store of an address. All addresses in a store share one instance.</summary>
    public ValueTask<Location> OpenAsync(Address address, CancellationToken cancellationToken) => OpenAsync(address, isCopy: false, cancellationToken);

    /// <summary>
    /// Opens the store of an address as the target of a copy, whose source is kept: a local path is written without waiting for the device, as the system's
    /// <c>cp</c> does. A <c>file</c> URI or a registered store keeps its usual durability.
    /// </summary>
    public ValueTask<Location> OpenForCopyAsync(Address address, CancellationToken cancellationToken) => OpenAsync(address, isCopy: true, cancellationToken);

    public ValueTask<Location> OpenForCopyAsync(string address, CancellationToken cancellationToken) => OpenForCopyAsync(Address.Parse(address), cancellationToken);

    private async ValueTask<Location> OpenAsync(Address address, bool isCopy, CancellationToken cancellationToken)
    {
        switch (address.Kind)
        {
            case AddressKind.Active or AddressKind.Registered:
                var store = await OpenAsync(Workspace.Read().Find(address.Store), cancellationToken).ConfigureAwait(false);
                return new(address, store, StorePath.Parse(address.Rest));
            case AddressKind.Standard:
                throw new UsageException("'-' is not allowed here. It stands for standard input or output in commands that read or write one file.");
            default:
                var uri = address.Kind == AddressKind.Uri ? StoreUri.Parse(address.Rest) : StoreUri.FromLocalPath(address.Rest);
                return await OpenAsync(address, uri, isCopy && address.Kind == AddressKind.Local ? _quick : null, cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask<Location> OpenAsync(string address, CancellationToken cancellationToken) => OpenAsync(Address.Parse(address), cancellationToken);

    /// <summary>Opens a registered store and resolves its secrets.</summary>
    public async ValueTask<ArtifactStore> OpenAsync(RegisteredStore registered, CancellationToken cancellationToken)
    {
        if (_stores.TryGetValue(registered.Name, out var open))
            return open;
        var values = await Workspace.ResolveOptionsAsync(registered, _redactor.Add, cancellationToken).ConfigureAwait(false);
        var provider = await Flavors.GetProviderAsync(registered.Flavor, cancellationToken).ConfigureAwait(false);
        return _stores[registered.Name] = await ArtifactStore.OpenAsync(provider, registered.Root, values, StoreOptions, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Prints a line to standard error.</summary>
    public void Note(string text) => error.WriteLine(_redactor.Apply(TerminalText.OneLine(text)));

    /// <summary>Prints a line to standard error unless this run has already printed it.</summary>
    private void NoteOnce(string text)
    {
        if (_noted.Add(text))
            Note(text);
    }

    /// <summary>Returns a text without the secrets that this run has read.</summary>
    public string Redact(string text) => _redactor.Apply(text);

    /// <summary>Prints an error and returns its exit code. For a batch, prints each failure on a separate line, and the number of failures.</summary>
    public int Report(Exception exception)
    {
        output.TryFlush();
        if (exception is not BatchFailedException { Failures.Count: > 1 } batch)
            Print((exception as BatchFailedException)?.Failures[0] ?? exception);
        else
        {
            foreach (var failure in batch.Failures)
                Print(failure);
            error.WriteLine($"cairn: {batch.Failures.Count} failed and {batch.Succeeded} succeeded.");
        }
        return Failure.CodeOf(exception);

        void Print(Exception one)
        {
            error.WriteLine("cairn: " + _redactor.Apply(Failure.Line(one)));
            if (verbose)
                error.WriteLine(_redactor.Apply(Failure.Detail(one)));
        }
    }

    /// <summary>Prints the entries that a transfer skipped because of its options: one line each, and their number.</summary>
    public void ReportSkipped(TransferResult result)
    {
        foreach (var skipped in result.Skipped)
            Note($"skipped {skipped.Path}: {skipped.Reason}");
        if (result.Skipped.Count > 1)
            Note($"skipped {result.Skipped.Count} in all");
    }

    /// <summary>Runs an action for each item. A failure of one item is reported and does not stop the others.</summary>
    public async Task<int> ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> action)
    {
        var code = ExitCode.Done;
        foreach (var item in items)
        {
            try
            {
                await action(item).ConfigureAwait(false);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or UnauthorizedAccessException or IOException)
            {
                code = Math.Max(code, Report(e));
            }
        }
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values)
            await store.DisposeAsync().ConfigureAwait(false);
        _stores.Clear();
        _plugins?.Dispose();
    }

    /// <summary>Creates the plugin host. Each command that runs a plugin under development prints a note.</summary>
    private PluginHost OpenPlugins()
    {
        var host = new PluginHost(PluginFolders.Developed(this), [.. PluginFolders.Of(this)]);
        foreach (var plugin in host.Plugins.Where(p => p is { Scope: PluginScope.Development, Refusal: not null }))
            Note($"note: {plugin.Refusal!.Reason}. {plugin.Refusal.Advice}".TrimEnd());
        host.BuildLoaded += (_, build) => Note(
            $"note: plugin '{build.Plugin.Name}' runs from {build.Plugin.Folder}, built {build.Built.ToLocalTime():HH:mm:ss} (under development; 'cairn plugin dev --off' ends that)");
        return host;
    }

    /// <summary>
    /// Opens the store of a URI. A URI inside a registered store is served by that store, with its options; the deepest root wins. Local paths are served
    /// directly.
    /// </summary>
    private async ValueTask<Location> OpenAsync(Address address, StoreUri uri, IReadOnlyDictionary<string, string>? options, CancellationToken cancellationToken)
    {
        var flavor = Flavors.RequireFlavorOfScheme(uri.Scheme);
        foreach (var registered in RegisteredAbove(uri))
        {
            if (await TryOpenAboveAsync(registered, uri, cancellationToken).ConfigureAwait(false) is { } store)
                return new(address, store, uri.Path.RelativeTo(registered.Root.Path));
        }
        var root = uri.WithPath(uri.Scheme == StoreUri.FileScheme && OperatingSystem.IsWindows() ? StorePath.Parse(uri.Path.Segments[0]) : StorePath.Root);
        // No registered name has a space.
        var key = options is null ? root.ToString() : $"copy {root}";
        if (!_stores.TryGetValue(key, out var direct))
        {
            var provider = await Flavors.GetProviderAsync(flavor, cancellationToken).ConfigureAwait(false);
            _stores[key] = direct = await ArtifactStore.OpenAsync(provider, root, options, StoreOptions, cancellationToken).ConfigureAwait(false);
        }
        return new(address, direct, uri.Path.RelativeTo(root.Path));
    }

    /// <summary>
    /// Returns the registered stores that contain an address, the deepest root first. If the workspace cannot be read, prints a warning and returns none.
    /// </summary>
    private IReadOnlyList<RegisteredStore> RegisteredAbove(StoreUri uri)
    {
        if (uri.Scheme == StoreUri.FileScheme)
            return [];
        try
        {
            return FindWorkspace() is { } content ? [.. content.Stores.Where(s => uri.IsUnder(s.Root)).OrderByDescending(s => s.Root.Path.Depth)] : [];
        }
        catch (StoreException e) when (_workspace is not null)
        {
            NoteOnce($"warning: the registered stores are ignored for {uri}: {e.Message}");
            return [];
        }
    }

    /// <summary>
    /// Opens a registered store for an address below its root and prints a note, because the store's options apply and the address does not show them. If
    /// the store cannot be opened, prints a warning and returns null, because the address does not name the store.
    /// </summary>
    private async ValueTask<ArtifactStore?> TryOpenAboveAsync(RegisteredStore registered, StoreUri uri, CancellationToken cancellationToken)
    {
        var isFirst = !_stores.ContainsKey(registered.Name);
        try
        {
            var store = await OpenAsync(registered, cancellationToken).ConfigureAwait(false);
            if (isFirst && registered.Options.Count > 0)
                Note($"note: {uri} lies in the registered store '{registered.Name}' ({registered.Root}); the options of that store apply");
            return store;
        }
        catch (StoreException e)
        {
            NoteOnce($"warning: the registered store '{registered.Name}' ({registered.Root}) cannot be opened and is ignored for {uri}: {e.Reason}. Correct or remove the registration ('cairn store list').");
            return null;
        }
    }

    /// <summary>Returns the content of the workspace, or null if there is none. A URI does not need a workspace.</summary>
    public WorkspaceContent? FindWorkspace()
    {
        var named = !string.IsNullOrEmpty(workspace) || Environment.GetEnvironmentVariable(Workspace.EnvironmentVariable) is { Length: > 0 };
        return _workspace is not null || named || Workspace.FindFolder(Directory.GetCurrentDirectory()) is not null ? Workspace.Read() : null;
    }
}
