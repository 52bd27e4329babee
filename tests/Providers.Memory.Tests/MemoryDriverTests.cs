namespace Cairn.Providers.Memory.Tests;

/// <summary>The driver alone: what it checks at each call, and when an upload has ended.</summary>
public sealed class MemoryDriverTests : IAsyncLifetime
{
    private StoreDriver _driver = null!;

    public static TheoryData<string> Calls => new((string[])["stat", "read", "begin", "list", "delete", "copy", "move", "mkdir", "touch", "staged", "unstage"]);

    public async ValueTask InitializeAsync()
    {
        _driver = await new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://a") }, default);
        await PutAsync("f", 1);
    }

    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Each_call_heeds_its_cancellation_and_the_end_of_the_driver(string name)
    {
        await using var staged = await _driver.BeginUploadAsync(new("staged", WriteMode.Replace), default);
        await CallAsync(name, default);
        await Should.ThrowAsync<OperationCanceledException>(() => CallAsync(name, new CancellationToken(true)));
        await _driver.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => CallAsync(name, default));
    }

    [Fact]
    public void It_declares_what_it_can() => _driver.Capabilities.ShouldBe(new StoreCapabilities
    {
        WriteModes = WriteModes.All,
        Directories = DirectoryKind.Virtual,
        Copy = true,
        Move = MoveKind.Native,
        Touch = true,
        ContentType = true,
        Metadata = true,
        Staged = true,
        DeleteIfMatch = true,
        DeleteBatch = 1000,
    });

    [Fact]
    public async Task A_condition_is_checked_at_the_beginning_and_at_the_end()
    {
        (await Should.ThrowAsync<StoreException>(async () => await _driver.BeginUploadAsync(new("f", WriteMode.CreateNew), default))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        await using var first = await _driver.BeginUploadAsync(new("g", WriteMode.CreateNew), default);
        await using var second = await _driver.BeginUploadAsync(new("g", WriteMode.CreateNew), default);
        await first.CompleteAsync(new(0, 0, new byte[] { 1 }), default);
        (await Should.ThrowAsync<StoreException>(async () => await second.CompleteAsync(new(0, 0, new byte[] { 2 }), default))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        (await ReadAsync("g")).ShouldBe([1]);
        (await Should.ThrowAsync<StoreException>(async () => await _driver.CopyAsync(new("f", "g", WriteMode.CreateNew), default))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        (await Should.ThrowAsync<StoreException>(async () => await _driver.MoveAsync(new("f", "g", WriteMode.CreateNew), default))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        (await Should.ThrowAsync<StoreException>(async () => await _driver.MoveAsync(new("none", "g", WriteMode.Replace), default))).Code.ShouldBe(StoreErrorCode.NotFound);
        await _driver.MoveAsync(new("f", "g", WriteMode.Replace), default);
        (await _driver.StatAsync("f", default)).ShouldBeNull();
        (await ReadAsync("g")).ShouldBe([1]);
    }

    [Fact]
    public async Task A_staged_upload_is_listed_with_its_length_until_it_ends()
    {
        await using var upload = await _driver.BeginUploadAsync(new("d/g", WriteMode.Replace), default);
        await upload.WritePartAsync(new(0, 0, new byte[3]), default);
        await upload.WritePartAsync(new(1, 3, new byte[4]), default);
        var staged = (await StagedAsync()).ShouldHaveSingleItem();
        (staged.Path!.Value.Value, staged.Length).ShouldBe(("d/g", 7));
        await Should.ThrowAsync<OperationCanceledException>(async () => await upload.WritePartAsync(new(2, 7, new byte[1]), new CancellationToken(true)));
        await Should.ThrowAsync<OperationCanceledException>(async () => await upload.CompleteAsync(new(2, 7, new byte[1]), new CancellationToken(true)));
        (await upload.CompleteAsync(new(2, 7, default), default)).Length.ShouldBe(7);
        (await StagedAsync()).ShouldBeEmpty();
        await Should.ThrowAsync<ObjectDisposedException>(async () => await upload.WritePartAsync(new(3, 7, new byte[1]), default));
        (await upload.CompleteAsync(new(2, 7, default), default)).Length.ShouldBe(7);
    }

    [Fact]
    public async Task An_upload_that_is_removed_or_disposed_takes_no_more()
    {
        await using var removed = await _driver.BeginUploadAsync(new("g", WriteMode.Replace), default);
        await removed.WritePartAsync(new(0, 0, new byte[3]), default);
        await _driver.RemoveStagedAsync((await StagedAsync())[0], default);
        (await StagedAsync()).ShouldBeEmpty();
        await Should.ThrowAsync<StoreException>(async () => await removed.WritePartAsync(new(1, 3, new byte[1]), default));
        await Should.ThrowAsync<StoreException>(async () => await removed.CompleteAsync(new(1, 3, default), default));
        await removed.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(async () => await removed.WritePartAsync(new(1, 3, new byte[1]), default));
        var disposed = await _driver.BeginUploadAsync(new("g", WriteMode.Replace), default);
        await disposed.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(async () => await disposed.WritePartAsync(new(0, 0, new byte[1]), default));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await disposed.CompleteAsync(new(0, 0, default), default));
        (await _driver.StatAsync("g", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Parts_that_overlap_do_not_complete()
    {
        await using var upload = await _driver.BeginUploadAsync(new("g", WriteMode.Replace), default);
        await upload.WritePartAsync(new(0, 0, new byte[10]), default);
        (await Should.ThrowAsync<InvalidOperationException>(async () => await upload.CompleteAsync(new(1, 9, new byte[1]), default))).Message
            .ShouldContain("part 1 begins at byte 9, but the preceding 1 parts have 10 bytes");
    }

    [Fact]
    public async Task A_listing_starts_where_it_is_told_and_hands_out_pages()
    {
        foreach (var path in new[] { "a/x", "a/y", "b", "c/d/e", "c/z" })
            await PutAsync(path, 1);
        (await ListAsync(new("", Recursive: true) { Limit = 2 })).ShouldBe([["a/x", "a/y"], ["b", "c/d/e"], ["c/z", "f"]]);
        (await ListAsync(new("", Recursive: true) { StartAfter = "a/y", Limit = 9 })).ShouldBe([["b", "c/d/e", "c/z", "f"]]);
        (await ListAsync(new("", Recursive: false))).ShouldBe([["a/", "b", "c/", "f"]]);
        (await ListAsync(new("", Recursive: false) { StartAfter = "a/" })).ShouldBe([["b", "c/", "f"]]);
        (await ListAsync(new("", Recursive: false) { StartAfter = "0", NamePrefix = "c" })).ShouldBe([["c/"]]);
        (await ListAsync(new("c", Recursive: false) { NamePrefix = "d" })).ShouldBe([["c/d/"]]);
        (await ListAsync(new("c", Recursive: true) { NamePrefix = "z", StartAfter = "c/d" })).ShouldBe([["c/z"]]);
        (await ListAsync(new("none", Recursive: true))).ShouldBeEmpty();
    }

    private async Task PutAsync(StorePath path, byte content)
    {
        await using var upload = await _driver.BeginUploadAsync(new(path, WriteMode.Replace), default);
        await upload.CompleteAsync(new(0, 0, new[] { content }), default);
    }

    private async Task<byte[]> ReadAsync(StorePath path)
    {
        await using var read = await _driver.OpenReadAsync(new(path), default);
        var all = new MemoryStream();
        await read.Content.CopyToAsync(all);
        return all.ToArray();
    }

    private async Task<List<StagedUpload>> StagedAsync()
    {
        var all = new List<StagedUpload>();
        await foreach (var one in _driver.ListStagedAsync(default))
            all.Add(one);
        return all;
    }

    private async Task<List<List<string>>> ListAsync(ListRequest request)
    {
        var pages = new List<List<string>>();
        await foreach (var page in _driver.ListAsync(request, default))
            pages.Add([.. page.Select(e => e.OrderKey)]);
        return pages;
    }

    private async Task CallAsync(string name, CancellationToken cancellation)
    {
        switch (name)
        {
            case "stat":
                await _driver.StatAsync("f", cancellation);
                break;
            case "read":
                await (await _driver.OpenReadAsync(new("f"), cancellation)).DisposeAsync();
                break;
            case "begin":
                await (await _driver.BeginUploadAsync(new("g", WriteMode.Replace), cancellation)).DisposeAsync();
                break;
            case "list":
                await _driver.ListAsync(new("", true), cancellation).GetAsyncEnumerator(cancellation).MoveNextAsync();
                break;
            case "delete":
                await _driver.DeleteAsync(new([new("none")]), cancellation);
                break;
            case "copy":
                await _driver.CopyAsync(new("f", "g", WriteMode.Replace), cancellation);
                break;
            case "move":
                await _driver.MoveAsync(new("f", "f", WriteMode.Replace), cancellation);
                break;
            case "mkdir":
                await _driver.MakeDirectoryAsync("d", cancellation);
                break;
            case "touch":
                await _driver.TouchAsync("f", cancellation);
                break;
            case "staged":
                await _driver.ListStagedAsync(cancellation).GetAsyncEnumerator(cancellation).MoveNextAsync();
                break;
            case "unstage":
                await _driver.RemoveStagedAsync(new("none", "f", default, 0), cancellation);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, null);
        }
    }
}
