using Cairn.TestServers.Proxy;
using Google.Cloud.Storage.V1;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>The SDK's client that a store hands out: the same connection, endpoint and credentials, and every promise of the SDK's.</summary>
public sealed class GoogleClientTests : GcsTest
{
    [Fact]
    public async Task A_store_hands_out_the_clients_own_calls()
    {
        var store = await OpenAsync();
        await PutAsync(store, "f", Bytes(1000));
        var client = store.GetService(typeof(StorageClient)).ShouldBeAssignableTo<StorageClient>()!;
        store.GetService(typeof(StorageClient)).ShouldBeSameAs(client);
        var resource = await client.GetObjectAsync(Bucket, "f", cancellationToken: Cancel);
        (resource.Size, resource.Generation > 0, resource.UpdatedDateTimeOffset > DateTimeOffset.UnixEpoch).ShouldBe((1000ul, true, true));
        resource.Metadata = new Dictionary<string, string> { ["note"] = "x" };
        resource.CustomTimeDateTimeOffset = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        (await client.PatchObjectAsync(resource, cancellationToken: Cancel)).CustomTimeDateTimeOffset.ShouldBe(resource.CustomTimeDateTimeOffset);
        (await store.StatAsync("f", Cancel)).Metadata["note"].ShouldBe("x");
        using var source = new MemoryStream(Bytes(700_000));
        await client.UploadObjectAsync(Bucket, "g", null, source, cancellationToken: Cancel);
        (await store.ReadBytesAsync("g", Cancel)).ShouldBe(Bytes(700_000));
        (await client.ListObjectsAsync(Bucket).Select(o => o.Name).ToListAsync(Cancel)).ShouldBe(["f", "g"]);
    }

    [Fact]
    public async Task Its_downloads_are_checked()
    {
        var store = await OpenAsync();
        await PutAsync(store, "f", Bytes(100_000));
        var client = (StorageClient)store.GetService(typeof(StorageClient))!;
        using var target = new MemoryStream();
        await client.DownloadObjectAsync(Bucket, "f", target, cancellationToken: Cancel);
        target.ToArray().ShouldBe(Bytes(100_000));
        Proxy.Add(new FaultRule(FaultKind.FlipResponse) { When = static (_, target) => target.Contains("alt=media", StringComparison.Ordinal) });
        (await Should.ThrowAsync<IOException>(() => client.DownloadObjectAsync(Bucket, "f", Stream.Null, cancellationToken: Cancel))).Message.ShouldContain("hash");
    }
}
