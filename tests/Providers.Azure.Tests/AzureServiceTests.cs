using System.IO.Compression;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;
using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Azure.Tests;

/// <summary>What the service is asked to do, and what it holds afterwards, seen without Cairn.</summary>
public sealed class AzureServiceTests
{
    [Fact]
    public async Task A_copy_of_much_moves_no_body_byte_through_the_client()
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        await using var proxy = FaultProxy.Start(new(server.BlobEndpoint.GetLeftPart(UriPartial.Authority)));
        await using var store = await AzureBackend.OpenStoreAsync(container, ("endpoint", server.At(proxy.Endpoint).BlobEndpoint.OriginalString), ("part-size", "8MiB"));
        var content = new byte[40 << 20];
        new Random(3).NextBytes(content);
        await store.WriteBytesAsync("source", content, WriteMode.CreateNew, new() { ContentType = "text/x-test", Metadata = new Dictionary<string, string> { ["my-key"] = "é" } });
        proxy.ResetCounters();

        var copied = await store.CopyAsync("source", "target", WriteMode.CreateNew);

        (proxy.Counters.RequestBytes, proxy.Counters.ResponseBytes).ShouldBe((0, 0));
        copied.Length.ShouldBe(content.Length);
        var there = await store.StatAsync("target");
        (there.ContentType, there.Metadata["my-key"], there.ETag, there.Checksum?.Algorithm).ShouldBe(("text/x-test", "é", copied.ETag, "crc32c"));
        (await AzureBackend.ReadAsync(container, "target")).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Above_the_limit_of_one_copy_the_service_copies_blocks(bool replace)
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        var blocks = new BlockCopies(await AzureBackend.RawAsync(container));
        var root = StoreUri.Create("az", container, default);
        var options = StoreOptions.Bind<AzureOptions>(AzureBackend.Options(server, ("part-size", "16MiB")));
        await using var store = new ArtifactStore(new AzureDriver(root, options, AzureClients.Make(root, options, static _ => null, blocks.Over), TimeProvider.System));
        var content = new byte[(257 << 20) + 5];
        new Random(4).NextBytes(content);
        await store.WriteBytesAsync("source", content, WriteMode.CreateNew, new() { ContentType = "text/x-test", Metadata = new Dictionary<string, string> { ["key"] = "value" } });
        if (replace)
            await store.WriteBytesAsync("target", new byte[1], WriteMode.CreateNew);

        await store.CopyAsync("source", "target", replace ? WriteMode.Replace : WriteMode.CreateNew);

        blocks.Copied.ShouldBe(3);
        var there = await store.StatAsync("target");
        (there.Length, there.ContentType, there.Metadata["key"]).ShouldBe((content.Length, "text/x-test", "value"));
        there.Checksum!.Hex.ShouldBe(Crc32C.Compute(content).ToString("x8", System.Globalization.CultureInfo.InvariantCulture));
        (await AzureBackend.ReadAsync(container, "target")).AsSpan().SequenceEqual(content).ShouldBeTrue();
        (await Should.ThrowAsync<StoreException>(() => store.CopyAsync("source", "target", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
    }

    [Fact]
    public async Task What_is_stored_encoded_is_read_as_it_is()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var store = await AzureBackend.OpenStoreAsync(container);
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(new byte[5000]);
        packed.Position = 0;
        await (await AzureBackend.RawAsync(container)).GetBlockBlobClient("file").UploadAsync(packed, new BlobUploadOptions { HttpHeaders = new() { ContentEncoding = "gzip" } });

        (await store.ReadBytesAsync("file")).ShouldBe(packed.ToArray());
    }

    [Fact]
    public async Task A_small_file_is_one_request_and_a_large_one_its_blocks_and_a_list()
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        await using var proxy = FaultProxy.Start(new(server.BlobEndpoint.GetLeftPart(UriPartial.Authority)));
        await using var store = await AzureBackend.OpenStoreAsync(container, ("endpoint", server.At(proxy.Endpoint).BlobEndpoint.OriginalString));

        await store.WriteBytesAsync("small", new byte[1 << 20], WriteMode.CreateNew);
        proxy.Counters.Requests.ShouldBe(1);
        await store.WriteBytesAsync("large", new byte[(3 << 20) + 1], WriteMode.CreateNew);
        proxy.Counters.Requests.ShouldBe(1 + 4 + 1);

        var list = await (await AzureBackend.RawAsync(container)).GetBlockBlobClient("large").GetBlockListAsync(BlockListTypes.All);
        list.Value.CommittedBlocks.Select(static b => b.SizeLong).ShouldBe([1 << 20, 1 << 20, 1 << 20, 1]);
    }

    [Fact]
    public async Task A_batch_is_one_request_for_256()
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        await using var proxy = FaultProxy.Start(new(server.BlobEndpoint.GetLeftPart(UriPartial.Authority)));
        var driver = await AzureBackend.OpenAsync(StoreUri.Create("az", container, default), AzureBackend.Options(server, ("endpoint", server.At(proxy.Endpoint).BlobEndpoint.OriginalString)));
        await using var store = new ArtifactStore(driver);
        string[] names = [.. Enumerable.Range(0, 100).Select(static i => $"d/a b+c%41#é{i}")];
        foreach (var name in names)
            await store.WriteBytesAsync(name, new byte[1], WriteMode.CreateNew);
        proxy.ResetCounters();

        var results = await driver.DeleteAsync(new([.. names.Select(static n => new DeleteTarget(n)), new("d/missing")]), TestContext.Current.CancellationToken);

        proxy.Counters.Requests.ShouldBe(1);
        results.Select(static r => r.Outcome).ShouldBe([.. Enumerable.Repeat(DeleteOutcome.Deleted, 100), DeleteOutcome.Missing]);
        (await AzureBackend.NamesAsync(container)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_failure_of_a_batch_is_reported()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var store = await AzureBackend.OpenStoreAsync(container);
        foreach (var name in new[] { "d/a", "d/held", "d/c" })
            await store.WriteBytesAsync(name, new byte[1], WriteMode.CreateNew);
        var lease = (await AzureBackend.RawAsync(container)).GetBlobClient("d/held").GetBlobLeaseClient();
        await lease.AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration);

        var error = await Should.ThrowAsync<BatchFailedException>(() => store.RemoveTreeAsync("d"));

        var failure = error.Failures.ShouldHaveSingleItem();
        (failure.Code, failure.Uri!.Path.Name, error.Succeeded).ShouldBe((StoreErrorCode.PermissionDenied, "held", 2));
        failure.Message.ShouldContain("holds a lease");
        (await AzureBackend.NamesAsync(container)).ShouldBe(["d/held"]);
        await lease.ReleaseAsync();
    }

    [Fact]
    public async Task A_signature_is_credential_enough_for_all_but_presigning()
    {
        var container = await AzureBackend.NewContainerAsync();
        var sas = (await AzureBackend.RawAsync(container)).GenerateSasUri(BlobContainerSasPermissions.All, DateTimeOffset.MaxValue.AddYears(-7000)).Query;
        await using var store = await AzureBackend.OpenStoreAsync(container, ("account-key", null), ("sas-token", sas));

        await store.WriteBytesAsync("a", new byte[10], WriteMode.CreateNew);
        await store.WriteBytesAsync("b", new byte[3 << 20], WriteMode.CreateNew);
        await store.CopyAsync("a", "c", WriteMode.CreateNew);
        (await store.ListAsync(StorePath.Root).ToListAsync()).Count.ShouldBe(3);
        (await store.RemoveTreeAsync(StorePath.Root)).ShouldBe(3);
        store.Capabilities.Presign.ShouldBeFalse();
        (await Should.ThrowAsync<StoreException>(() => store.PresignAsync("a", PresignAccess.Read, TimeSpan.FromMinutes(1)))).Code.ShouldBe(StoreErrorCode.Unsupported);
    }

    [Fact]
    public async Task A_connection_string_and_the_abfs_address_lead_to_the_same_blobs()
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        await using var one = new ArtifactStore(await AzureBackend.OpenAsync(StoreUri.Create("az", container, default), new() { ["connection-string"] = server.ConnectionString }));
        await using var other = new ArtifactStore(await AzureBackend.OpenAsync(
            StoreUri.Parse($"abfss://{container}@{server.AccountName}.dfs.core.windows.net"), new() { ["endpoint"] = server.BlobEndpoint.OriginalString, ["account-key"] = server.AccountKey }));

        await one.WriteBytesAsync("d/a", new byte[10], WriteMode.CreateNew);
        var item = (await other.ListAsync("d").ToListAsync()).ShouldHaveSingleItem();
        item.Path.Value.ShouldBe("d/a");
        (await other.StatAsync("d/a")).ETag.ShouldBe((await one.StatAsync("d/a")).ETag);
    }

    [Theory]
    [InlineData("az")]
    [InlineData("abfss")]
    public async Task A_directory_of_a_hierarchical_namespace_is_no_file(string scheme)
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        var raw = await AzureBackend.RawAsync(container);
        var folder = new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["hdi_isfolder"] = "true" } };
        foreach (var name in new[] { "tree/dir", "tree/empty" })
            await raw.GetBlockBlobClient(name).UploadAsync(Stream.Null, folder);
        foreach (var name in new[] { "tree/dir-a", "tree/dir/file", "tree/z" })
            await raw.UploadBlobAsync(name, new BinaryData("x"));
        var root = scheme == "az" ? $"az://{container}" : $"abfss://{container}@{server.AccountName}.dfs.core.windows.net";
        await using var store = new ArtifactStore(await AzureBackend.OpenAsync(
            StoreUri.Parse(root), new() { ["endpoint"] = server.BlobEndpoint.OriginalString, ["account"] = server.AccountName, ["account-key"] = server.AccountKey }));

        (await store.StatAsync("tree/dir")).IsDirectory.ShouldBeTrue();
        (await store.StatAsync("tree/empty")).IsDirectory.ShouldBeTrue();
        (await Should.ThrowAsync<StoreException>(() => store.ReadBytesAsync("tree/dir"))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await ListAsync("tree", recursive: false)).ShouldBe(["tree/dir-a", "tree/dir/", "tree/empty/", "tree/z"]);
        (await ListAsync("tree", recursive: true)).ShouldBe(["tree/dir-a", "tree/dir/file", "tree/empty/", "tree/z"]);

        (await store.CopyTreeAsync("tree", "copied")).Files.ShouldBe(3);
        (await ListAsync("copied", recursive: true)).ShouldBe(["copied/dir-a", "copied/dir/file", "copied/empty/", "copied/z"]);
        await store.MoveAsync("tree", "moved", WriteMode.CreateNew);
        (await ListAsync("moved", recursive: true)).ShouldBe(["moved/dir-a", "moved/dir/file", "moved/empty/", "moved/z"]);
        await store.RemoveTreeAsync("moved");
        await store.RemoveTreeAsync("copied");
        (await AzureBackend.NamesAsync(container)).ShouldBeEmpty();

        async Task<string[]> ListAsync(string directory, bool recursive) =>
            [.. await store.ListAsync(directory, new() { Recursive = recursive, IncludeEmptyDirectories = true }).Select(static e => e.OrderKey).ToListAsync()];
    }

    [Theory]
    [InlineData("x.")]
    [InlineData("a./b")]
    [InlineData("...")]
    public async Task A_name_whose_dots_the_service_would_drop_is_refused(string name)
    {
        await using var store = await AzureBackend.OpenStoreAsync(await AzureBackend.NewContainerAsync());
        var error = await Should.ThrowAsync<StoreException>(() => store.WriteTextAsync(name, "x", WriteMode.Replace));
        (error.Code, error.Reason).ShouldBe((StoreErrorCode.PathConflict, "Azure drops dots at the end of a segment of a name"));
        (await store.TryStatAsync(name)).ShouldBeNull();
        await store.WriteTextAsync("a.b", "x", WriteMode.Replace);
        (await store.ListAsync(options: new() { NamePrefix = "a." }).Select(static e => e.OrderKey).ToListAsync()).ShouldBe(["a.b"]);
    }

    [Fact]
    public async Task A_tier_is_set_on_what_is_written()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var store = await AzureBackend.OpenStoreAsync(container, ("access-tier", "Cool"));
        await store.WriteBytesAsync("small", new byte[1], WriteMode.CreateNew);
        await store.WriteBytesAsync("large", new byte[3 << 20], WriteMode.CreateNew);

        var raw = await AzureBackend.RawAsync(container);
        foreach (var name in new[] { "small", "large" })
            (await raw.GetBlobClient(name).GetPropertiesAsync()).Value.AccessTier.ShouldBe("Cool");
    }

    [Theory]
    [InlineData(1L << 40)]
    [InlineData(97L << 40)]
    public void Blocks_of_a_known_length_fit_into_the_list(long length)
    {
        var upload = Upload(length);

        Enumerable.Range(0, AzureUpload.MostBlocks).Sum(i => (long)upload.GetPartSize(i)).ShouldBeGreaterThanOrEqualTo(length);
    }

    [Fact]
    public void Blocks_of_an_unknown_length_grow()
    {
        var upload = Upload(null);

        upload.GetPartSize(0).ShouldBe(16 << 20);
        Enumerable.Range(0, AzureUpload.MostBlocks).Sum(i => (long)upload.GetPartSize(i)).ShouldBeGreaterThan(58L << 40);
    }

    private static AzureUpload Upload(long? length)
    {
        var (root, options) = (StoreUri.Parse("az://data"), new AzureOptions { Account = "acme", Anonymous = true });
        return new(new AzureDriver(root, options, AzureClients.Make(root, options, static _ => null), TimeProvider.System), new("file", WriteMode.Replace) { Length = length });
    }
}
