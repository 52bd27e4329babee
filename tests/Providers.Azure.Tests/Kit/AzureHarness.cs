using Cairn.Conformance;
using Cairn.TestServers.Fixtures;

namespace Cairn.Providers.Azure.Tests.Kit;

/// <summary>A fresh prefix in the one container of this program.</summary>
public class AzureHarness : StoreHarness
{
    private static readonly Lazy<Task<string>> _shared = new(AzureBackend.NewContainerAsync);

    private AzuriteServer? _server;

    public override string? Address => Root?.ToString();

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
    };

    public override IReadOnlyList<string> Secrets => _server is null ? [] : [_server.AccountKey];

    public override IReadOnlyDictionary<string, string> PresignedWriteHeaders { get; } = new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" };

    protected ArtifactUri? Root { get; private set; }

    private string Prefix => Root!.Path.IsRoot ? "" : Root.Path.Value + "/";

    public override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _server = await AzureBackend.ServerAsync();
        Root = await NewRootAsync();
    }

    public override async ValueTask AttachAsync(string address, CancellationToken cancellationToken)
    {
        _server = await AzureBackend.ServerAsync();
        Root = ArtifactUri.Parse(address);
    }

    public override async ValueTask<StoreDriver?> OpenMissingAsync(CancellationToken cancellationToken) =>
        await AzureBackend.OpenAsync(ArtifactUri.Create("az", $"cairn-missing-{Guid.NewGuid():N}", default), AzureBackend.Options(_server!));

    public override async ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken) =>
        [.. (await AzureBackend.NamesAsync(Root!.Container, Prefix)).Select(k => k[Prefix.Length..])];

    public override async ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken) => await AzureBackend.ReadAsync(Root!.Container, Prefix + rawName);

    /// <summary>Azure takes names of at most 1,024 characters.</summary>
    public override bool CanHold(ArtifactPath path) => (Prefix + path.Value).Length <= 1024;

    protected virtual async Task<ArtifactUri> NewRootAsync() => ArtifactUri.Create("az", await _shared.Value, $"in/{Guid.NewGuid():N}");

    protected override async ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => await AzureBackend.OpenAsync(Root!, AzureBackend.Options(_server!));
}

/// <summary>A fresh container, whose root is the store's.</summary>
public sealed class ContainerHarness : AzureHarness
{
    protected override async Task<ArtifactUri> NewRootAsync() => ArtifactUri.Create("az", await AzureBackend.NewContainerAsync(), default);
}
