using Cairn.Flavors;
using Cairn.Providers.Memory;

namespace Cairn.Tests.Io;

public sealed class OpenedStoresTests
{
    [Fact]
    public async Task A_store_that_is_slow_to_open_keeps_nobody_from_another()
    {
        await using var stores = new OpenedStores<string>(typeof(OpenedStoresTests));
        var gate = new TaskCompletionSource();
        var opened = 0;
        var slow = new[] { GetAsync("slow", gate.Task), GetAsync("slow", gate.Task) };
        await GetAsync("quick", Task.CompletedTask);
        await GetAsync("quick", Task.CompletedTask);
        slow.ShouldAllBe(t => !t.IsCompleted);
        using var impatient = new CancellationTokenSource();
        var waiting = stores.GetAsync("slow", _ => throw new InvalidOperationException(), impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        gate.SetResult();
        (await slow[0]).ShouldBe(await slow[1]);
        opened.ShouldBe(2);

        async Task<ArtifactStore> GetAsync(string key, Task until) => await stores.GetAsync(
            key,
            async token =>
            {
                Interlocked.Increment(ref opened);
                await until;
                return await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{key}", cancellationToken: token);
            },
            default);
    }

    [Fact]
    public async Task An_opening_that_fails_is_tried_again_and_nothing_opens_after_the_end()
    {
        var stores = new OpenedStores<string>(typeof(OpenedStoresTests));
        await Should.ThrowAsync<InvalidOperationException>(async () => await stores.GetAsync("a", _ => throw new InvalidOperationException(), default));
        var store = await stores.GetAsync("a", token => ArtifactStore.OpenAsync(new MemoryProvider(), "mem://a", cancellationToken: token), default);
        await stores.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => store.StatAsync("x"));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await stores.GetAsync("a", _ => throw new InvalidOperationException(), default));
    }

    [Fact]
    public async Task An_open_store_is_shared_and_a_cancelled_call_gets_nothing()
    {
        await using var stores = new OpenedStores<string>(typeof(OpenedStoresTests));
        var store = await OpenAsync(stores, "a");
        (await OpenAsync(stores, "a")).ShouldBeSameAs(store);
        (await OpenAsync(stores, "b")).ShouldNotBeSameAs(store);
        foreach (var key in new[] { "a", "new" })
            await Should.ThrowAsync<OperationCanceledException>(async () => await stores.GetAsync(key, _ => throw new InvalidOperationException("opened"), new CancellationToken(canceled: true)));
        stores.IsDisposed.ShouldBeFalse();
    }

    [Fact]
    public async Task One_opening_runs_at_a_time_and_the_next_caller_tries_again()
    {
        await using var stores = new OpenedStores<string>(typeof(OpenedStoresTests));
        var gate = new TaskCompletionSource();
        var failing = stores.GetAsync("a", async _ =>
        {
            await gate.Task;
            throw new InvalidOperationException();
        }, default).AsTask();
        var calls = 0;
        var next = Enumerable.Range(0, 3).Select(_ => stores.GetAsync("a", token =>
        {
            calls++;
            return ArtifactStore.OpenAsync(new MemoryProvider(), "mem://a", cancellationToken: token);
        }, default).AsTask()).ToArray();
        calls.ShouldBe(0);
        gate.SetResult();
        await Should.ThrowAsync<InvalidOperationException>(() => failing);
        (await Task.WhenAll(next)).Distinct().Count().ShouldBe(1);
        calls.ShouldBe(1);
    }

    [Fact]
    public async Task Disposal_waits_for_an_opening_and_whoever_waited_for_it_is_refused()
    {
        var stores = new OpenedStores<string>(typeof(OpenedStoresTests));
        var other = await OpenAsync(stores, "other");
        var gate = new TaskCompletionSource();
        var opening = stores.GetAsync("a", async token =>
        {
            await gate.Task;
            return await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://a", cancellationToken: token);
        }, default).AsTask();
        var refused = stores.GetAsync("b", async _ =>
        {
            await gate.Task;
            throw new InvalidOperationException();
        }, default).AsTask();
        var waiting = stores.GetAsync("b", _ => throw new InvalidOperationException("opened after the end"), default).AsTask();

        var disposal = stores.DisposeAsync().AsTask();
        stores.IsDisposed.ShouldBeTrue();
        disposal.IsCompleted.ShouldBeFalse();
        gate.SetResult();

        var store = await opening;
        await Should.ThrowAsync<InvalidOperationException>(() => refused);
        (await Should.ThrowAsync<ObjectDisposedException>(() => waiting)).ObjectName.ShouldBe(typeof(OpenedStoresTests).FullName);
        await disposal.WaitAsync(TimeSpan.FromMinutes(1));
        await Should.ThrowAsync<ObjectDisposedException>(() => store.StatAsync("x"));
        await Should.ThrowAsync<ObjectDisposedException>(() => other.StatAsync("x"));
        await stores.DisposeAsync();
    }

    private static async Task<ArtifactStore> OpenAsync(OpenedStores<string> stores, string key) =>
        await stores.GetAsync(key, token => ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{key}", cancellationToken: token), default);
}
