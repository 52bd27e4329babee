namespace Cairn.Cli.Demo;

/// <summary>What the steps of the demo work on.</summary>
internal sealed class DemoScene(string folder, string data, FlavorRegistry flavors, Action<string> print, CancellationToken cancellationToken) : IAsyncDisposable
{
    private ArtifactStore? _store;
    private ArtifactStore? _second;

    /// <summary>A temporary folder, empty at first.</summary>
    public string Folder => folder;

    /// <summary>The folder of the sample data.</summary>
    public string Data => data;

    public FlavorRegistry Flavors => flavors;

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

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync().ConfigureAwait(false);
        if (_second is not null)
            await _second.DisposeAsync().ConfigureAwait(false);
    }
}
