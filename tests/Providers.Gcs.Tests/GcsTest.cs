using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>A fake of its own, a bucket in it, and a proxy before it that counts and breaks what it is told.</summary>
public abstract class GcsTest : IAsyncLifetime
{
    private readonly List<ArtifactStore> _opened = [];

    private protected GcsFake Fake { get; private set; } = null!;

    private protected FaultProxy Proxy { get; private set; } = null!;

    private protected string Bucket { get; private set; } = null!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected virtual GcsFakeOptions FakeOptions() => new() { ComputeMd5 = false };

    public async ValueTask InitializeAsync()
    {
        Fake = await GcsFake.StartAsync(FakeOptions(), cancellationToken: Cancel);
        Proxy = FaultProxy.Start(Fake.Endpoint, new FaultProxyOptions { Record = true, Seed = 7 });
        Bucket = Fake.CreateBucket();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _opened)
            await store.DisposeAsync();
        await Proxy.DisposeAsync();
        await Fake.DisposeAsync();
    }

    /// <summary>Opens a store through the proxy, anonymous unless credentials are given; options as <c>name=value</c>.</summary>
    private protected async Task<ArtifactStore> OpenAsync(params string[] options)
    {
        var values = options.Select(o => o.Split('=', 2)).ToDictionary(o => o[0], o => o[1]);
        values.TryAdd("endpoint", Proxy.Endpoint.AbsoluteUri);
        values.TryAdd("retry-delay", "1ms");
        values.TryAdd("part-size", "256KiB");
        values.TryAdd("retries", "5");
        // An empty value stands for the option's default.
        foreach (var name in values.Where(v => v.Value.Length == 0).Select(v => v.Key).ToArray())
            values.Remove(name);
        if (!values.Keys.Any(k => k is "key" or "key-file" or "access-token" or "anonymous"))
            values["anonymous"] = "true";
        var store = await ArtifactStore.OpenAsync(new GcsProvider(), $"gs://{Bucket}", values, cancellationToken: Cancel);
        _opened.Add(store);
        return store;
    }

    private protected static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected static async Task<StoreEntry> PutAsync(ArtifactStore store, string path, byte[] content, WriteMode? mode = null, OpenWriteOptions? options = null)
    {
        await using var stream = await store.OpenWriteAsync(path, mode ?? WriteMode.Replace, options, Cancel);
        await stream.WriteAsync(content, Cancel);
        return await stream.CompleteAsync(Cancel);
    }

    private protected static async Task<StoreException> FailsAsync(StoreErrorCode code, Func<Task> act)
    {
        var error = await Should.ThrowAsync<StoreException>(act);
        error.Code.ShouldBe(code, error.ToString());
        return error;
    }
}
