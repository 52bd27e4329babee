using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.Tests.Drivers;
using Cairn.Tests.Workspaces;

namespace Cairn.Tests.Artifacts;

/// <summary>A value of several files: what the tests of artifacts save.</summary>
internal sealed record Bundle(IReadOnlyDictionary<string, byte[]> Files)
{
    public static Bundle Of(params (string Name, byte[] Content)[] files) => new(files.ToDictionary(f => f.Name, f => f.Content));

    public void ShouldEqual(Bundle other)
    {
        Files.Keys.Order().ShouldBe(other.Files.Keys.Order());
        foreach (var (name, content) in Files)
            content.AsSpan().SequenceEqual(other.Files[name]).ShouldBeTrue(name);
    }
}

/// <summary>Saves a bundle file by file; what it does besides is set by each test.</summary>
internal sealed class BundleMaterializer : Materializer<Bundle>
{
    public override string Id => "bundle";

    public override string MediaType => "application/x-bundle";

    public int Version { get; init; } = 1;

    public override int FormatVersion => Version;

    public Func<ArtifactWriter, ValueTask>? OnSaved { get; set; }

    public Func<ArtifactReader, ValueTask>? OnLoad { get; set; }

    public int Migrated { get; private set; }

    public int Loads { get; private set; }

    protected override IReadOnlyDictionary<string, string> ExtractMetadata(Bundle value) => new Dictionary<string, string> { ["files"] = $"{value.Files.Count}" };

    protected override async ValueTask SaveAsync(Bundle value, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        foreach (var (name, content) in value.Files)
        {
            await using var stream = writer.Create(name);
            await stream.WriteAsync(content, cancellationToken);
        }
        if (OnSaved is not null)
            await OnSaved(writer);
    }

    protected override async ValueTask<Bundle> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        if (OnLoad is not null)
            await OnLoad(reader);
        var files = new Dictionary<string, byte[]>();
        foreach (var file in reader.Files)
        {
            await using var stream = await reader.OpenAsync(file.Name, cancellationToken);
            var content = new byte[file.Length];
            await stream.ReadExactlyAsync(content, cancellationToken);
            files[file.Name.Value] = content;
        }
        Loads++;
        return new(files);
    }

    public override ValueTask<ArtifactReader> MigrateAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        Migrated = reader.FormatVersion;
        return base.MigrateAsync(reader, cancellationToken);
    }
}

/// <summary>Two kinds of store: one that can move what is staged into place, and one that cannot.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private Stage(ArtifactStore store, BundleMaterializer bundles)
    {
        (Root, Bundles) = (store, bundles);
        Repository = new(store, new MaterializerRegistry().Add(bundles));
    }

    public static TheoryData<bool> Both => [true, false];

    public ArtifactRepository Repository { get; }

    /// <summary>Gets the store, which contains the repository in a folder.</summary>
    public ArtifactStore Root { get; }

    /// <summary>Gets the store of the repository's folder.</summary>
    public ArtifactStore Store => Repository.Store;

    public BundleMaterializer Bundles { get; }

    public static async Task<Stage> OpenAsync(bool local, BundleMaterializer? bundles = null)
    {
        if (!local)
        {
            var (driver, store) = await RemoteDriver.OpenAsync();
            driver.Declare = c => c with { Move = MoveKind.CopyDelete };
            driver.PartSize = 100_000;
            return new(store, bundles ?? new()) { Driver = driver };
        }
        var folder = new TempFolder();
        return new(await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(folder["store"])), bundles ?? new()) { Folder = folder };
    }

    public TempFolder? Folder { get; private init; }

    public RemoteDriver? Driver { get; private init; }

    public Task<List<string>> FilesAsync() => Store.ListAsync(default, new() { Recursive = true }).Select(f => f.Path.Value).ToListAsync().AsTask();

    public async Task<int> CountAsync(string folder) => (await FilesAsync()).Count(f => f.StartsWith(folder + "/", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await Root.DisposeAsync();
        Folder?.Dispose();
    }
}
