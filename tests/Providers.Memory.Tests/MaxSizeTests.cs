namespace Cairn.Providers.Memory.Tests;

public sealed class MaxSizeTests : IAsyncLifetime
{
    private readonly MemoryProvider _provider = new();
    private ArtifactStore _store = null!;

    public async ValueTask InitializeAsync() =>
        _store = await ArtifactStore.OpenAsync(_provider, "mem://a", new Dictionary<string, string> { ["max-size"] = "4MiB" });

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task What_fits_to_the_last_byte_is_stored()
    {
        await _store.WriteBytesAsync("f", new byte[4 << 20], WriteMode.CreateNew);
        await _store.WriteBytesAsync("empty", default(ReadOnlyMemory<byte>), WriteMode.CreateNew);
        (await _store.GetLengthAsync("f")).ShouldBe(4 << 20);
    }

    [Theory]
    [InlineData((4 << 20) + 1)]
    [InlineData(20 << 20)]
    public async Task What_does_not_fit_is_not_published_and_says_so(int length)
    {
        await _store.WriteTextAsync("old", "x", WriteMode.CreateNew);
        foreach (var path in new[] { "old", "new" })
        {
            var error = await Should.ThrowAsync<StoreException>(async () =>
            {
                await using var stream = await _store.OpenWriteAsync(path, WriteMode.Replace);
                for (var at = 0; at < length; at += 1000)
                    await stream.WriteAsync(new byte[Math.Min(1000, length - at)]);
                await stream.CompleteAsync();
            });
            error.Message.ShouldContain($"limit of {4 << 20} bytes");
            error.Message.ShouldContain("max-size");
            error.IsTransient.ShouldBeFalse();
        }
        (await _store.ReadTextAsync("old")).ShouldBe("x");
        (await _store.ExistsAsync("new")).ShouldBeFalse();
        await _store.WriteBytesAsync("new", new byte[(4 << 20) - 1], WriteMode.CreateNew);
    }

    [Fact]
    public async Task Room_comes_back_when_files_are_removed_replaced_or_given_up()
    {
        for (var i = 0; i < 10; i++)
        {
            await _store.WriteBytesAsync("f", new byte[3 << 20], WriteMode.CreateNew);
            await _store.MoveAsync("f", "g", WriteMode.CreateNew);
            await _store.WriteBytesAsync("g", new byte[1 << 20], WriteMode.Replace);
            await using (var given = await _store.OpenWriteAsync("h", WriteMode.CreateNew))
                await given.WriteAsync(new byte[3 << 20]);
            await _store.CopyAsync("g", "f", WriteMode.CreateNew);
            (await _store.RemoveAsync("f")).ShouldBeTrue();
            (await _store.RemoveTreeAsync("g")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_copy_counts()
    {
        await _store.WriteBytesAsync("f", new byte[3 << 20], WriteMode.CreateNew);
        (await Should.ThrowAsync<StoreException>(() => _store.CopyAsync("f", "g", WriteMode.CreateNew))).Message.ShouldContain("max-size");
        (await _store.ExistsAsync("g")).ShouldBeFalse();
    }

    [Fact]
    public async Task It_binds_the_named_store_whatever_its_prefix()
    {
        await using var below = await ArtifactStore.OpenAsync(_provider, "mem://a/below");
        await below.WriteBytesAsync("f", new byte[4 << 20], WriteMode.CreateNew);
        await Should.ThrowAsync<StoreException>(() => _store.WriteTextAsync("g", "x", WriteMode.CreateNew));
    }

    [Fact]
    public async Task Racing_writers_together_do_not_exceed_it()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            try
            {
                await _store.WriteBytesAsync($"f{i}", new byte[1 << 20], WriteMode.CreateNew);
                return true;
            }
            catch (StoreException)
            {
                return false;
            }
        })));
        results.Count(r => r).ShouldBe(4);
    }
}
