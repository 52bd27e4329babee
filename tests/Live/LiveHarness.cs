using Cairn.Conformance;
using Cairn.Providers;
using Cairn.Providers.Azure;
using Cairn.Providers.Gcs;
using Cairn.Providers.S3;

namespace Cairn.Live;

/// <summary>A folder of its own below the address in <c>CAIRN_LIVE</c>, on a real account; credentials come by the cloud's own conventions. What a test wrote is removed after it.</summary>
public sealed class LiveHarness : StoreHarness
{
    private StoreUri? _root;

    public override string? Address => _root?.ToString();

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["RootTests.Another_container_shares_nothing"] = "A live run is given one container, and makes none.",
    };

    public override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var given = Environment.GetEnvironmentVariable("CAIRN_LIVE") ?? throw new InvalidOperationException("Set CAIRN_LIVE to an address to test in, or run: ./test --live s3://bucket/prefix");
        var below = StoreUri.Parse(given);
        _root = below.WithPath(below.Path / $"cairn-live-{Guid.NewGuid():N}");
        return ValueTask.CompletedTask;
    }

    public override ValueTask AttachAsync(string address, CancellationToken cancellationToken)
    {
        _root = StoreUri.Parse(address);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) => await OpenAsync(_root! / path, cancellationToken);

    public override bool CanHold(StorePath path) => System.Text.Encoding.UTF8.GetByteCount($"{_root!.Path.Value}/{path.Value}") <= 1024;

    public override async ValueTask DisposeAsync()
    {
        if (_root is null)
            return;
        await using var store = new ArtifactStore(await ConnectAsync(CancellationToken.None));
        await store.RemoveTreeAsync(default);
        GC.SuppressFinalize(this);
    }

    protected override ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => OpenAsync(_root!, cancellationToken);

    private static async ValueTask<StoreDriver> OpenAsync(StoreUri root, CancellationToken cancellationToken)
    {
        IStoreProvider provider = root.Scheme switch
        {
            "s3" => new S3Provider(),
            "gs" => new GcsProvider(),
            "az" or "abfs" or "abfss" => new AzureProvider(),
            var other => throw new InvalidOperationException($"'{other}' is no cloud's scheme; there are s3, gs, az, abfs and abfss."),
        };
        return await provider.OpenAsync(new StoreContext { Root = root, Options = new Dictionary<string, string>() }, cancellationToken);
    }
}
