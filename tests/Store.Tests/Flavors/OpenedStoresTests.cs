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
}
