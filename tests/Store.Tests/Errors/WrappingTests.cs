using Cairn.Providers;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Errors;

public sealed class WrappingTests
{
    [Fact]
    public async Task Every_call_looks_at_its_token_first()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("f", "x", WriteMode.CreateNew);
        var opened = driver.Opened.Count;
        var token = new CancellationToken(canceled: true);
        var calls = new Func<Task>[]
        {
            () => store.OpenReadAsync("f", null, token),
            () => store.OpenWriteAsync("f", WriteMode.Replace, null, token),
            () => store.StatAsync("f", token),
            () => store.StatAsync("", token),
            () => store.ExistsAsync("f", token),
            () => store.IsFileAsync("f", token),
            () => store.IsDirectoryAsync("", token),
            () => store.GetLengthAsync("f", token),
            () => store.ListAsync(default, null, token).ToListAsync().AsTask(),
            () => store.ListAsync().ToListAsync(token).AsTask(),
            () => store.WalkAsync(default, token).ToListAsync().AsTask(),
            () => store.GlobAsync("f", token).ToListAsync().AsTask(),
            () => store.GlobAsync("**").ToListAsync(token).AsTask(),
            () => store.CopyAsync("f", "g", WriteMode.Replace, token),
            () => store.CopyAsync("f", "f", WriteMode.Replace, token),
            () => store.MoveAsync("f", "g", WriteMode.Replace, token),
            () => store.CopyTreeAsync("", "g", null, token),
            () => store.RemoveAsync("f", token),
            () => store.RemoveTreeAsync("", token),
            () => store.MakeDirectoryAsync("d", token),
            () => store.MakeDirectoryAsync("", token),
            () => store.TouchAsync("t", token),
            () => store.PresignAsync("f", PresignAccess.Read, TimeSpan.FromHours(1), token),
        };
        foreach (var call in calls)
            await Should.ThrowAsync<OperationCanceledException>(call);
        (await store.ListAsync(default, new() { Recursive = true }).Select(i => i.OrderKey).ToListAsync()).ShouldBe(["f"]);
        driver.Opened.Count.ShouldBe(opened);
    }

    [Fact]
    public async Task A_raw_exception_is_classified_and_wrapped_once_with_what_was_tried()
    {
        var raw = new HttpRequestException("secret detail");
        var store = await FailingAsync(raw);
        var e = await Should.ThrowAsync<StoreException>(() => store.StatAsync("a/b"));
        e.Code.ShouldBe(StoreErrorCode.Unavailable);
        e.IsTransient.ShouldBeTrue();
        e.InnerException.ShouldBeSameAs(raw);
        e.Message.ShouldBe("Cannot look at mem://remote/a/b: the store could not be reached (Unavailable).");
    }

    [Fact]
    public async Task What_a_driver_says_itself_gets_its_context_in_place()
    {
        var known = new StoreException(StoreErrorCode.PermissionDenied, "no");
        var store = await FailingAsync(known);
        (await Should.ThrowAsync<StoreException>(() => store.Under("a").StatAsync("b"))).ShouldBeSameAs(known);
        known.Uri!.ToString().ShouldBe("mem://remote/a/b");
        known.Operation.ShouldBe("look at");
    }

    [Fact]
    public async Task Misuse_passes_untouched()
    {
        var misuse = new ArgumentException("mine");
        (await Should.ThrowAsync<ArgumentException>(async () => await (await FailingAsync(misuse)).StatAsync("a"))).ShouldBeSameAs(misuse);
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_time_out()
    {
        var e = await Should.ThrowAsync<StoreException>(async () => await (await FailingAsync(new TaskCanceledException())).StatAsync("a"));
        e.Code.ShouldBe(StoreErrorCode.Unavailable);
    }

    [Fact]
    public async Task A_disposed_store_refuses_and_so_do_its_views()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        var view = store.Under("v");
        await view.DisposeAsync();
        await view.MakeDirectoryAsync("d");
        await store.DisposeAsync();
        await store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => store.StatAsync("a"));
        await Should.ThrowAsync<ObjectDisposedException>(() => view.StatAsync("a"));
    }

    [Fact]
    public async Task What_is_not_declared_is_Unsupported()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("f", "x", WriteMode.CreateNew);
        driver.Declare = c => c with { WriteModes = WriteModes.None, List = false, Touch = false, Presign = false, Move = MoveKind.None, Directories = DirectoryKind.None };
        foreach (var call in new Func<Task>[]
        {
            () => store.OpenWriteAsync("g", WriteMode.Replace),
            () => store.CopyAsync("f", "g", WriteMode.Replace),
            () => store.MoveAsync("f", "g", WriteMode.Replace),
            () => store.RemoveAsync("f"),
            () => store.RemoveTreeAsync("f"),
            () => store.MakeDirectoryAsync("d"),
            () => store.TouchAsync("f"),
            () => store.PresignAsync("f", PresignAccess.Read, TimeSpan.FromHours(1)),
            () => store.ListAsync().ToListAsync().AsTask(),
        })
            (await Should.ThrowAsync<StoreException>(call)).Code.ShouldBe(StoreErrorCode.Unsupported);
        driver.Declare = c => c with { Touch = false, Move = MoveKind.None, Directories = DirectoryKind.None };
        foreach (var call in new Func<Task>[] { () => store.MoveAsync("f", "g", WriteMode.Replace), () => store.MakeDirectoryAsync("d"), () => store.TouchAsync("f") })
            (await Should.ThrowAsync<StoreException>(call)).Code.ShouldBe(StoreErrorCode.Unsupported);
        (await store.TouchAsync("new")).Length.ShouldBe(0);
        (await store.ReadTextAsync("f")).ShouldBe("x");
    }

    private static async Task<ArtifactStore> FailingAsync(Exception exception)
    {
        var (driver, _) = await RemoteDriver.OpenAsync();
        return new ArtifactStore(new FailingDriver(driver, exception));
    }

    private sealed class FailingDriver(StoreDriver inner, Exception exception) : DelegatingStoreDriver(inner)
    {
        public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => throw exception;
    }
}
