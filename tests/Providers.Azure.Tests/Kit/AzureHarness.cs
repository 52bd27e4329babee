using Cairn.Conformance;
using Cairn.TestServers.Fixtures;

namespace Cairn.Providers.Azure.Tests.Kit;

/// <summary>A prefix in a fresh container.</summary>
public class AzureHarness : StoreHarness
{
    private const string OneHeap = "Azure keeps the staged blocks of a blob in one heap: who publishes drops those of all others, who then fail with a typed error (README).";

    private AzuriteServer? _server;
    private string? _own, _elsewhere;

    public override string? Address => Root?.ToString();

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["RaceTests.Of_racing_Replace_writers_all_succeed_and_one_version_stays_whole"] = OneHeap,
        ["StagedTests.Several_writers_of_one_file_are_staged_apart"] = OneHeap,
    };

    public override IReadOnlyList<string> Secrets => _server is null ? [] : [_server.AccountKey];

    public override IReadOnlyDictionary<string, string> PresignedWriteHeaders { get; } = new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" };

    protected StoreUri? Root { get; private set; }

    private string Prefix => Root!.Path.IsRoot ? "" : Root.Path.Value + "/";

    public override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _server = await AzureBackend.ServerAsync();
        _own = await _server.CreateContainerAsync(cancellationToken: cancellationToken);
        Root = StoreUri.Create("az", _own, PathOfRoot);
    }

    public override async ValueTask AttachAsync(string address, CancellationToken cancellationToken)
    {
        _server = await AzureBackend.ServerAsync();
        Root = StoreUri.Parse(address);
    }

    public override async ValueTask<StoreDriver?> OpenMissingAsync(CancellationToken cancellationToken) =>
        await AzureBackend.OpenAsync(StoreUri.Create("az", $"cairn-missing-{Guid.NewGuid():N}", default), AzureBackend.Options(_server!));

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) =>
        Decorate(await AzureBackend.OpenAsync(Root! / path, AzureBackend.Options(_server!)));

    public override async ValueTask<StoreDriver?> OpenElsewhereAsync(CancellationToken cancellationToken)
    {
        _elsewhere ??= await _server!.CreateContainerAsync(cancellationToken: cancellationToken);
        return Decorate(await AzureBackend.OpenAsync(StoreUri.Create("az", _elsewhere, Root!.Path), AzureBackend.Options(_server!)));
    }

    public override async ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken) =>
        [.. (await AzureBackend.NamesAsync(Root!.Container, Prefix)).Select(k => k[Prefix.Length..])];

    public override async ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken) => await AzureBackend.ReadAsync(Root!.Container, Prefix + rawName);

    /// <summary>Azure takes names of at most 1,024 characters and 254 segments, no control characters, and makes a slash of a backslash.</summary>
    public override bool CanHold(StorePath path) =>
        (Prefix + path.Value).Length <= 1024 && (Prefix + path.Value).Count(static c => c == '/') < 254 && !path.Segments.Any(static s => s.EndsWith('.'))
            && !path.Value.Any(static c => c is < ' ' or '\\' or '\uFFFE' or '\uFFFF');

    /// <summary>Azurite looks through all the blobs that it has for each request: what a test leaves there slows the others down.</summary>
    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_own is not null)
            await _server!.DeleteContainerAsync(_own);
        if (_elsewhere is not null)
            await _server!.DeleteContainerAsync(_elsewhere);
    }

    /// <remarks>
    /// Azure has no abort: blocks of a disposed upload stay staged for a week. What is staged is therefore held by AzureStagedTests, and hidden from the suites, which after
    /// each abort look whether anything is.
    /// </remarks>
    protected override StoreDriver Decorate(StoreDriver driver) => new WithoutStaged(driver);

    protected virtual StorePath PathOfRoot => $"in/{Guid.NewGuid():N}";

    protected override async ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => await AzureBackend.OpenAsync(Root!, AzureBackend.Options(_server!));
}

/// <summary>A fresh container, whose root is the store's.</summary>
public sealed class ContainerHarness : AzureHarness
{
    protected override StorePath PathOfRoot => StorePath.Root;
}

/// <summary>A driver that does not declare what is staged.</summary>
internal sealed class WithoutStaged(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override StoreCapabilities Capabilities { get; } = inner.Capabilities with { Staged = false };

    public override IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) =>
        throw new StoreException(StoreErrorCode.Unsupported, "what is staged is hidden");
}
