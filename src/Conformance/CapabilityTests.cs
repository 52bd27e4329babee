using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests that declared capabilities work and that undeclared ones are refused as Unsupported before any data is transferred, by this store and by stores
/// that declare less.
/// </summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class CapabilityTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private static readonly OpenWriteOptions Typed = new() { ContentType = "text/plain" };
    private static readonly OpenWriteOptions Described = new() { Metadata = new Dictionary<string, string> { ["k"] = "v" } };

    [Theory]
    [InlineData(WriteModes.CreateNew)]
    [InlineData(WriteModes.Replace)]
    [InlineData(WriteModes.Match)]
    public async Task A_write_mode_works_or_is_refused(WriteModes kind)
    {
        var etag = (await PutAsync("f", Content(1), AnyMode)).ETag ?? "none";
        var mode = kind switch { WriteModes.CreateNew => WriteMode.CreateNew, WriteModes.Replace => WriteMode.Replace, _ => WriteMode.Match(etag) };
        StorePath target = kind == WriteModes.CreateNew ? "new" : "f";
        if ((Can.WriteModes & kind) != 0)
        {
            await PutAsync(target, Content(2), mode);
            Assert.Equal(Content(2), await GetAsync(target));
        }
        await RefusedAsync(c => c with { WriteModes = c.WriteModes & ~kind }, s => WriteAsync(s, target, mode, null));
        await RefusedAsync(c => c with { WriteModes = c.WriteModes & ~kind }, s => s.CopyAsync("f", "other", mode, Cancel));
        Assert.False(await Store.ExistsAsync("other", Cancel));
    }

    [Fact]
    public async Task A_store_without_write_modes_changes_nothing()
    {
        await PutAsync("f", Content(1), AnyMode);
        foreach (var act in new Func<ArtifactStore, Task>[]
        {
            s => WriteAsync(s, "new", WriteMode.CreateNew, null),
            s => WriteAsync(s, "f", WriteMode.Replace, null),
            s => s.RemoveAsync("f", Cancel),
            s => s.RemoveTreeAsync("f", Cancel),
            s => s.MakeDirectoryAsync("d", Cancel),
            s => s.CopyAsync("f", "g", WriteMode.Replace, Cancel),
            s => s.MoveAsync("f", "g", WriteMode.Replace, Cancel),
            s => s.TouchAsync("f", Cancel),
        })
            await RefusedAsync(c => c with { WriteModes = WriteModes.None }, act);
        Assert.Equal(Content(1), await GetAsync("f"));
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task A_content_type_is_kept_or_refused()
    {
        if (Can.ContentType)
        {
            await WriteAsync(Store, "f", AnyMode, Typed);
            Assert.Equal("text/plain", (await Store.StatAsync("f", Cancel)).ContentType);
        }
        await RefusedAsync(c => c with { ContentType = false }, s => WriteAsync(s, "new", AnyMode, Typed));
        Assert.False(await Store.ExistsAsync("new", Cancel));
    }

    [Fact]
    public async Task Metadata_is_kept_or_refused()
    {
        if (Can.Metadata)
        {
            await WriteAsync(Store, "f", AnyMode, Described);
            Assert.Equal("v", (await Store.StatAsync("f", Cancel)).Metadata["k"]);
        }
        await RefusedAsync(c => c with { Metadata = false }, s => WriteAsync(s, "new", AnyMode, Described));
        Assert.False(await Store.ExistsAsync("new", Cancel));
    }

    [Fact]
    public async Task A_modified_time_is_kept_or_refused()
    {
        var timed = new OpenWriteOptions { Modified = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(1_234_567) };
        if (Can.ModifiedTime)
        {
            await WriteAsync(Store, "f", AnyMode, timed);
            var kept = (await Store.StatAsync("f", Cancel)).Modified!.Value;
            Assert.True(kept == timed.Modified || (kept.UtcTicks % TimeSpan.TicksPerSecond == 0 && timed.Modified - kept < TimeSpan.FromSeconds(2)),
                $"{timed.Modified:O} was given, but {kept:O} was kept.");
            var etag = (await Store.StatAsync("f", Cancel)).ETag;
            await WriteAsync(Store, "f", WriteMode.Replace, timed);
            Assert.NotEqual(etag ?? "none", (await Store.StatAsync("f", Cancel)).ETag);
        }
        await RefusedAsync(c => c with { ModifiedTime = false }, s => WriteAsync(s, "new", AnyMode, timed));
        Assert.False(await Store.ExistsAsync("new", Cancel));
    }

    [Fact]
    public async Task That_a_file_is_executable_is_kept_or_refused()
    {
        var program = new OpenWriteOptions { IsExecutable = true };
        if (Can.Executable)
        {
            await WriteAsync(Store, "f", AnyMode, program);
            await WriteAsync(Store, "g", AnyMode, null);
            Assert.True((await Store.StatAsync("f", Cancel)).IsExecutable);
            Assert.False((await Store.StatAsync("g", Cancel)).IsExecutable);
        }
        await RefusedAsync(c => c with { Executable = false }, s => WriteAsync(s, "new", AnyMode, program));
        Assert.False(await Store.ExistsAsync("new", Cancel));
    }

    [Fact]
    public async Task A_listing_works_or_is_refused()
    {
        await PutAsync("d/f", Content(1), AnyMode);
        if (Can.List)
        {
            Assert.Equal("d", Assert.Single(await ListAsync()).Path.Value);
            Assert.Equal("d/f", Assert.Single(await ListAsync("d")).Path.Value);
        }
        await RefusedAsync(c => c with { List = false }, async s =>
        {
            await foreach (var entry in s.ListAsync(cancellationToken: Cancel))
                Assert.Fail($"A store that cannot list listed {entry}.");
        });
        await RefusedAsync(c => c with { List = false }, async s =>
        {
            await foreach (var entry in s.GlobAsync("**", Cancel))
                Assert.Fail($"A store that cannot list found {entry}.");
        });
    }

    [Fact]
    public async Task A_directory_is_made_or_refused()
    {
        if (Can.Directories != DirectoryKind.None)
        {
            await Store.MakeDirectoryAsync("d/e", Cancel);
            Assert.True(await Store.IsDirectoryAsync("d/e", Cancel));
        }
        await RefusedAsync(c => c with { Directories = DirectoryKind.None }, s => s.MakeDirectoryAsync("other", Cancel));
        Assert.False(await Store.ExistsAsync("other", Cancel));
    }

    [Fact]
    public async Task A_declared_copy_moves_no_byte_and_an_undeclared_one_streams()
    {
        await PutAsync("f", Content(100_000), AnyMode);
        if (Can.Copy)
        {
            var (driver, store) = await LimitAsync(c => c);
            await store.CopyAsync("f", "declared", AnyMode, Cancel);
            Assert.DoesNotContain("read", driver.Calls);
            Assert.DoesNotContain("write", driver.Calls);
            Assert.Equal(Content(100_000), await GetAsync("declared"));
        }
        else
            await DriverRefusesAsync(async d => await d.CopyAsync(new("f", "refused", AnyMode), Cancel));
        var (undeclared, streaming) = await LimitAsync(c => c with { Copy = false });
        await streaming.CopyAsync("f", "streamed", AnyMode, Cancel);
        Assert.DoesNotContain("copy", undeclared.Calls);
        Assert.Equal(Content(100_000), await GetAsync("streamed"));
    }

    [Theory]
    [InlineData(MoveKind.None)]
    [InlineData(MoveKind.CopyDelete)]
    [InlineData(MoveKind.Native)]
    public async Task A_move_is_done_as_declared(MoveKind kind)
    {
        await PutAsync("f", Content(1000), AnyMode);
        if (kind == MoveKind.None)
            await RefusedAsync(c => c with { Move = MoveKind.None }, s => s.MoveAsync("f", "g", AnyMode, Cancel));
        else if (kind == MoveKind.Native && Can.Move != MoveKind.Native)
            await DriverRefusesAsync(async d => await d.MoveAsync(new("f", "g", AnyMode), Cancel));
        else
        {
            var (driver, store) = await LimitAsync(c => c with { Move = kind });
            await store.MoveAsync("f", "g", AnyMode, Cancel);
            Assert.Equal(kind == MoveKind.Native, driver.Calls.Contains("move"));
            Assert.False(await Store.ExistsAsync("f", Cancel));
            Assert.Equal(Content(1000), await GetAsync("g"));
            await HoldsOnlyAsync("g");
            return;
        }
        Assert.Equal(Content(1000), await GetAsync("f"));
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task A_touch_works_or_is_refused()
    {
        var before = await PutAsync("f", Content(10), AnyMode);
        if (Can.Touch)
        {
            var touched = await Store.TouchAsync("f", Cancel);
            Assert.True(before.Modified is null || touched.Modified >= before.Modified);
            Assert.Equal(10, touched.Length);
        }
        else
            await DriverRefusesAsync(async d => await d.TouchAsync("f", Cancel));
        await RefusedAsync(c => c with { Touch = false }, s => s.TouchAsync("f", Cancel), "stat");
        Assert.Equal(Content(10), await GetAsync("f"));
    }

    [Fact]
    public async Task A_presigned_url_is_made_or_refused()
    {
        await PutAsync("f", Content(10), AnyMode);
        if (Can.Presign)
            Assert.True((await Store.PresignAsync("f", PresignAccess.Read, TimeSpan.FromMinutes(5), Cancel)).IsAbsoluteUri);
        else
            await DriverRefusesAsync(async d => await d.PresignAsync(new("f", PresignAccess.Read, TimeSpan.FromMinutes(5)), Cancel));
        await RefusedAsync(c => c with { Presign = false }, s => s.PresignAsync("f", PresignAccess.Read, TimeSpan.FromMinutes(5), Cancel));
    }

    [Fact]
    public async Task Staged_uploads_are_listed_or_refused()
    {
        if (Can.Staged)
            await HoldsOnlyAsync();
        else
        {
            await DriverRefusesAsync(async d =>
            {
                await foreach (var staged in d.ListStagedAsync(Cancel))
                    Assert.Fail($"A store without staging listed {staged}.");
            });
        }
    }

    [Fact]
    public async Task A_batch_of_deletes_takes_as_many_as_declared()
    {
        Assert.True(Can.DeleteBatch >= 1, "A delete takes at least one target.");
        var count = Math.Min(Can.DeleteBatch, Full ? 1000 : 50);
        var paths = Enumerable.Range(0, count).Select(i => (StorePath)$"d/f{i}").ToList();
        foreach (var path in paths)
            await PutAsync(path, Content(1), AnyMode);
        var driver = await OpenDriverAsync();
        var results = await driver.DeleteAsync(new([.. paths.Select(p => new DeleteTarget(p))]) { ReportMissing = true }, Cancel);
        Assert.Equal(paths, results.Select(r => r.Path));
        Assert.All(results, r => Assert.Equal(DeleteOutcome.Deleted, r.Outcome));
        await HoldsOnlyAsync();
    }

    [Fact]
    public async Task A_tree_is_removed_in_batches_of_at_most_what_is_declared()
    {
        for (var i = 0; i < 7; i++)
            await PutAsync($"d/f{i}", Content(1), AnyMode);
        var (driver, store) = await LimitAsync(c => c with { DeleteBatch = Math.Min(c.DeleteBatch, 3) });
        Assert.Equal(7, await store.RemoveTreeAsync("d", Cancel));
        Assert.All(driver.Calls.Where(c => c.StartsWith("delete ", StringComparison.Ordinal)), c => Assert.True(int.Parse(c[7..], null) <= 3, c));
        await HoldsOnlyAsync();
    }

    [Fact]
    public async Task Capabilities_do_not_change_while_the_store_lives()
    {
        var before = Can;
        await PutAsync("f", Content(1), AnyMode);
        await GetAsync("f");
        Assert.Equal(before, Store.Capabilities);
        Assert.Equal(before, (await OpenStoreAsync()).Capabilities);
    }

    private WriteMode AnyMode => (Can.WriteModes & WriteModes.Replace) != 0 ? WriteMode.Replace : WriteMode.CreateNew;

    private static async Task WriteAsync(ArtifactStore store, StorePath path, WriteMode mode, OpenWriteOptions? options)
    {
        await using var stream = await store.OpenWriteAsync(path, mode, options, Cancel);
        await stream.WriteAsync(Content(10), Cancel);
        await stream.CompleteAsync(Cancel);
    }

    private async Task<(LimitedDriver Driver, ArtifactStore Store)> LimitAsync(Func<StoreCapabilities, StoreCapabilities> limit)
    {
        var driver = new LimitedDriver(await OpenDriverAsync(), limit);
        return (driver, new ArtifactStore(driver));
    }

    /// <summary>Asserts that a store with these limits refuses the call, and that only the allowed calls have reached its driver.</summary>
    private async Task RefusedAsync(Func<StoreCapabilities, StoreCapabilities> limit, Func<ArtifactStore, Task> act, params string[] allowed)
    {
        var (driver, store) = await LimitAsync(limit);
        await FailsAsync(StoreErrorCode.Unsupported, () => act(store));
        Assert.Empty(driver.Calls.Except(allowed));
    }

    private async Task DriverRefusesAsync(Func<StoreDriver, Task> act)
    {
        var driver = await OpenDriverAsync();
        var error = await Assert.ThrowsAnyAsync<Exception>(() => act(driver));
        Assert.Equal(StoreErrorCode.Unsupported, driver.Classify(error).Code);
    }
}
