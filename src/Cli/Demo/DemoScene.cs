using System.Diagnostics;
using Cairn.Flavors;
using Cairn.Materializers;
using Cairn.Workspaces;

namespace Cairn.Cli.Demo;

/// <summary>The state shared by the steps of the demo.</summary>
internal sealed class DemoScene(string folder, string data, StoreUri root, string? flowProgram, FlavorRegistry flavors, Action<string> print, CancellationToken cancellationToken) : IAsyncDisposable
{
    private ArtifactStore? _store;
    private ArtifactStore? _second;
    private Catalog.Catalog? _catalog;
    private Catalog.Catalog? _runs;

    /// <summary>Gets a temporary folder, which is empty at first.</summary>
    public string Folder => folder;

    /// <summary>Gets the folder of the sample data.</summary>
    public string Data => data;

    /// <summary>Gets the program with the flow Iris; null to omit its steps.</summary>
    public string? FlowProgram => flowProgram;

    public FlavorRegistry Flavors => flavors;

    /// <summary>Gets the root of the first store, which is empty at first.</summary>
    public StoreUri Root => root;

    public string Flavor => flavors.RequireFlavorOfScheme(root.Scheme);

    public List<Penguin> Penguins { get; set; } = [];

    public double[] Masses { get; set; } = [];

    public MassModel Model { get; set; } = null!;

    public ImageFile Chart { get; set; } = null!;

    public Catalog.Catalog Catalog
    {
        get => _catalog ?? throw new InvalidOperationException("No step has opened the catalog.");
        set => _catalog = value;
    }

    /// <summary>Gets the catalog of the second store, in which the flow runs.</summary>
    public Catalog.Catalog Runs
    {
        get => _runs ?? throw new InvalidOperationException("No step has opened the catalog of the flow.");
        set => _runs = value;
    }

    public Workspace Workspace { get; set; } = null!;

    public ArtifactStore Store
    {
        get => _store ?? throw new InvalidOperationException("No step has opened the first store.");
        set => _store = value;
    }

    public ArtifactStore Second
    {
        get => _second ?? throw new InvalidOperationException("No step has opened the second store.");
        set => _second = value;
    }

    public CancellationToken Cancel => cancellationToken;

    public void Print(string line) => print(line);

    /// <summary>Runs this program in a second process and prints its output.</summary>
    public async Task CairnAsync(params string[] arguments)
    {
        print($"$ cairn {string.Join(' ', arguments)}");
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        string[] by = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Path.Join(AppContext.BaseDirectory, "Cairn.Cli.dll")] : [];
        var start = new ProcessStartInfo(self, [.. by, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.Environment.Remove(Workspace.EnvironmentVariable);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The second process did not start.");
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        print((await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false)).TrimEnd());
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The second process ended with code {process.ExitCode}: {(await error.ConfigureAwait(false)).Trim()}");
    }

    /// <summary>Removes the files that were written to a store outside the temporary folder.</summary>
    public async Task ClearAsync()
    {
        // Copies of records may still be published.
        if (_catalog is not null)
            await _catalog.DisposeAsync().ConfigureAwait(false);
        if (_store is not null)
            await _store.RemoveTreeAsync(StorePath.Root, CancellationToken.None).ConfigureAwait(false);
        // A store can empty its root but does not remove it.
        if (root.Scheme == StoreUri.FileScheme && Directory.Exists(root.ToLocalPath()))
            Directory.Delete(root.ToLocalPath(), recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (_runs is not null)
            await _runs.DisposeAsync().ConfigureAwait(false);
        if (_catalog is not null)
            await _catalog.DisposeAsync().ConfigureAwait(false);
        if (_store is not null)
            await _store.DisposeAsync().ConfigureAwait(false);
        if (_second is not null)
            await _second.DisposeAsync().ConfigureAwait(false);
    }
}
