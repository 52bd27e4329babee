using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Cairn.Tests;

namespace Cairn.Providers.Azure.Tests;

/// <summary>What interrupted writers leave, and how it goes.</summary>
public sealed class AzureStagedTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_staged_where_nothing_is_can_be_removed_and_its_writer_then_publishes_nothing()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var driver = await OpenAsync(container);
        await using var upload = await driver.BeginUploadAsync(new("dir/file", WriteMode.CreateNew), Cancel);
        await upload.WritePartAsync(new(0, 0, new byte[1 << 20]), Cancel);

        var staged = (await StagedAsync(driver)).ShouldHaveSingleItem();
        (staged.Path?.Value, staged.Length).ShouldBe(("dir/file", 1 << 20));
        await driver.RemoveStagedAsync(staged, Cancel);
        await driver.RemoveStagedAsync(staged, Cancel);

        (await StagedAsync(driver)).ShouldBeEmpty();
        (await AzureBackend.NamesAsync(container)).ShouldBeEmpty();
        var error = await Should.ThrowAsync<Exception>(async () => await upload.CompleteAsync(new(1, 1 << 20, new byte[1]), Cancel));
        driver.Classify(error).Reason.ShouldContain("staged blocks no longer exist");
        (await AzureBackend.NamesAsync(container)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Removing_what_has_been_published_meanwhile_leaves_it()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var driver = await OpenAsync(container);
        await using var upload = await driver.BeginUploadAsync(new("file", WriteMode.CreateNew), Cancel);
        await upload.WritePartAsync(new(0, 0, new byte[1 << 20]), Cancel);
        var staged = (await StagedAsync(driver)).ShouldHaveSingleItem();
        await upload.CompleteAsync(new(1, 1 << 20, default), Cancel);

        await driver.RemoveStagedAsync(staged, Cancel);

        (await driver.StatAsync("file", Cancel))!.Length.ShouldBe(1 << 20);
    }

    [Fact]
    public async Task A_new_file_may_be_small_where_blocks_of_a_dead_writer_are_staged()
    {
        await using var driver = await OpenAsync(await AzureBackend.NewContainerAsync());
        await using var store = new ArtifactStore(driver);
        await using (var dead = await driver.BeginUploadAsync(new("file", WriteMode.CreateNew), Cancel))
            await dead.WritePartAsync(new(0, 0, new byte[1 << 20]), Cancel);

        await store.WriteBytesAsync("file", new byte[3], WriteMode.CreateNew, cancellationToken: Cancel);

        (await store.ReadBytesAsync("file", Cancel)).Length.ShouldBe(3);
        (await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("file", new byte[3], WriteMode.CreateNew, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
    }

    [Fact]
    public async Task Writes_cancelled_at_any_point_show_nothing_partial_and_leave_nothing_after_cleaning()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var store = await AzureBackend.OpenStoreAsync(container, ("part-size", "64KiB"));
        var writes = new AbortedWrites();

        await writes.CancelAsync(store, "cancelled", AbortedWrites.Count, 64 << 10, Cancel);

        await CheckAsync(container, store, writes, "cancelled");
    }

    [Fact]
    public async Task Killed_writers_show_nothing_partial_and_leave_nothing_after_cleaning()
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        await using var store = await AzureBackend.OpenStoreAsync(container);
        var writes = new AbortedWrites();

        await writes.KillAsync(seed => [Program.WriterArgument, server.BlobEndpoint.OriginalString, server.AccountName, server.AccountKey, $"az://{container}", $"{seed}"],
            AbortedWrites.Count, Cancel);

        await CheckAsync(container, store, writes, "killed");
    }

    /// <summary>
    /// Over an existing blob the service lists no uncommitted blocks: they show only where that blob is asked for them. They count for nothing, and go when it is next written, or after a week.
    /// </summary>
    private static async Task CheckAsync(string container, ArtifactStore store, AbortedWrites writes, string root)
    {
        writes.Aborted.ShouldBeGreaterThanOrEqualTo(AbortedWrites.Count);
        var removed = await AbortedWrites.CleanAsync(store, Cancel);
        (await store.ListStagedAsync(TimeSpan.Zero, Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
        var files = await writes.CheckAsync(store, root, Cancel);
        (await AzureBackend.NamesAsync(container, states: BlobStates.Uncommitted)).Order().ShouldBe(files.Select(static f => f.Value).Order());
        var raw = await AzureBackend.RawAsync(container);
        var over = 0;
        foreach (var file in files)
        {
            if (!await HasUncommittedAsync(raw.GetBlockBlobClient(file.Value)))
                continue;
            over++;
            // Of several blocks: Azurite, unlike the service, keeps them over a blob that is put whole.
            await store.WriteBytesAsync(file, new byte[(1 << 20) + 1], WriteMode.Replace, cancellationToken: Cancel);
            (await HasUncommittedAsync(raw.GetBlockBlobClient(file.Value))).ShouldBeFalse();
        }
        TestContext.Current.SendDiagnosticMessage($"{root}: {writes.Aborted} aborted; {files.Count} files, all whole; {removed} left-overs removed, and {over} over an existing blob went with its next write");
    }

    private static async Task<bool> HasUncommittedAsync(BlockBlobClient blob) => (await blob.GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: Cancel)).Value.UncommittedBlocks.Any();

    private static async Task<StoreDriver> OpenAsync(string container, params (string Name, string? Value)[] more) =>
        await AzureBackend.OpenAsync(StoreUri.Create("az", container, default), AzureBackend.Options(await AzureBackend.ServerAsync(), more));

    private static async Task<List<StagedUpload>> StagedAsync(StoreDriver driver) => await driver.ListStagedAsync(Cancel).ToListAsync(Cancel);
}
