using Cairn.Conformance;
using Cairn.TestServers.Fixtures;

namespace Cairn.Providers.S3.Tests.Kit;

/// <summary>A fresh prefix in the one bucket of this program.</summary>
public class S3Harness : StoreHarness
{
    private static readonly Lazy<Task<string>> _shared = new(SharedAsync);

    private S3Server? _server;
    private string? _elsewhere;

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["RaceTests.Of_racing_removers_exactly_one_finds_the_file"] =
            "A delete does not say whether something was there. Cairn binds it to the etag that it saw; Ceph's gateway looks at that condition before the delete and not with it, so several succeed.",
        ["DeleteTests.A_delete_of_one_version_never_takes_one_that_is_written_at_the_same_moment"] =
            "Ceph's gateway looks at the condition before the delete and not with it: what is written in between is deleted.",
    };

    public override string? Address => Root?.ToString();

    public override IReadOnlyList<string> Secrets => _server is null ? [] : [_server.SecretKey];

    protected StoreUri? Root { get; private set; }

    private string Prefix => Root!.Path.IsRoot ? "" : Root.Path.Value + "/";

    public override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _server = await S3Backend.ServerAsync();
        Root = await NewRootAsync();
    }

    public override async ValueTask AttachAsync(string address, CancellationToken cancellationToken)
    {
        _server = await S3Backend.ServerAsync();
        Root = StoreUri.Parse(address);
    }

    public override async ValueTask<StoreDriver?> OpenMissingAsync(CancellationToken cancellationToken) =>
        await S3Backend.OpenAsync(StoreUri.Create("s3", $"cairn-missing-{Guid.NewGuid():N}", default), S3Backend.Options(_server!));

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) =>
        Decorate(await S3Backend.OpenAsync(Root! / path, S3Backend.Options(_server!)));

    public override async ValueTask<StoreDriver?> OpenElsewhereAsync(CancellationToken cancellationToken) =>
        Decorate(await S3Backend.OpenAsync(StoreUri.Create("s3", _elsewhere ??= await S3Backend.NewBucketAsync(), Root!.Path), S3Backend.Options(_server!)));

    public override async ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken) =>
        [.. (await S3Backend.KeysAsync(Root!.Container, Prefix)).Select(k => k[Prefix.Length..])];

    public override async ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken) => await S3Backend.ReadAsync(Root!.Container, Prefix + rawName);

    /// <summary>S3 takes keys of at most 1,024 bytes.</summary>
    public override bool CanHold(StorePath path) => System.Text.Encoding.UTF8.GetByteCount(Prefix + path.Value) <= 1024;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_elsewhere is not null)
            await S3Backend.RemoveBucketAsync(_elsewhere);
    }

    protected virtual async Task<StoreUri> NewRootAsync() => StoreUri.Create("s3", await _shared.Value, $"in/{Guid.NewGuid():N}");

    protected override async ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => await S3Backend.OpenAsync(Root!, S3Backend.Options(_server!));

    private static async Task<string> SharedAsync()
    {
        var bucket = await S3Backend.NewBucketAsync();
        SharedBuckets.Add(bucket);
        return bucket;
    }
}

/// <summary>A fresh bucket, whose root is the store's.</summary>
public sealed class BucketHarness : S3Harness
{
    private string? _bucket;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_bucket is not null)
            await S3Backend.RemoveBucketAsync(_bucket);
    }

    protected override async Task<StoreUri> NewRootAsync() => StoreUri.Create("s3", _bucket = await S3Backend.NewBucketAsync(), default);
}
