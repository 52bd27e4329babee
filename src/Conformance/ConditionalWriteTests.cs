using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that each write mode checks its condition atomically with the publication, and that a failed condition changes nothing.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class ConditionalWriteTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task CreateNew_writes_where_nothing_is_and_refuses_where_something_is()
    {
        Needs(WriteModes.CreateNew);
        var first = await PutAsync("f", Content(10, 1), WriteMode.CreateNew);
        await FailsAsync(StoreErrorCode.AlreadyExists, () => PutAsync("f", Content(10, 2), WriteMode.CreateNew));
        await HoldsAsync(first, Content(10, 1));
        Assert.True(await Store.RemoveAsync("f", Cancel));
        await PutAsync("f", Content(10, 3), WriteMode.CreateNew);
        Assert.Equal(Content(10, 3), await GetAsync("f"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task CreateNew_of_any_number_of_parts_refuses_where_something_is(int parts)
    {
        Needs(WriteModes.CreateNew);
        var length = (await PartSizesAsync(parts)).Sum(s => (long)s) + 10;
        var first = await PutAsync("f", Content(0), WriteMode.CreateNew);
        await FailsAsync(StoreErrorCode.AlreadyExists, () => PutPatternAsync("f", length, seed: 2, mode: WriteMode.CreateNew));
        await HoldsAsync(first, []);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task CreateNew_refuses_what_came_between_its_beginning_and_its_completion(int parts)
    {
        Needs(WriteModes.CreateNew);
        var sizes = await PartSizesAsync(parts);
        await using var stream = await Store.OpenWriteAsync("f", WriteMode.CreateNew, cancellationToken: Cancel);
        foreach (var size in sizes)
            await stream.WriteAsync(Content(size), Cancel);
        await stream.WriteAsync(Content(10), Cancel);
        var rival = await PutAsync("f", Content(5, 2), WriteMode.CreateNew);
        await FailsAsync(StoreErrorCode.AlreadyExists, () => stream.CompleteAsync(Cancel));
        await stream.DisposeAsync();
        await HoldsAsync(rival, Content(5, 2));
    }

    [Fact]
    public async Task Replace_writes_whatever_is_there()
    {
        Needs(WriteModes.Replace);
        await PutAsync("f", Content(10, 1), WriteMode.Replace);
        await PutAsync("f", Content(20, 2), WriteMode.Replace);
        Assert.Equal(Content(20, 2), await GetAsync("f"));
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task Of_two_replacements_the_last_to_complete_wins()
    {
        Needs(WriteModes.Replace);
        await using var first = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel);
        await using var second = await Store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel);
        await first.WriteAsync(Content(100, 1), Cancel);
        await second.WriteAsync(Content(50, 2), Cancel);
        await second.CompleteAsync(Cancel);
        Assert.Equal(Content(50, 2), await GetAsync("f"));
        await first.CompleteAsync(Cancel);
        Assert.Equal(Content(100, 1), await GetAsync("f"));
    }

    [Fact]
    public async Task Match_writes_over_its_version_once()
    {
        Needs(WriteModes.Match);
        var first = await PutAsync("f", Content(10, 1));
        var second = await PutAsync("f", Content(10, 2), WriteMode.Match(first.ETag!));
        Assert.NotEqual(first.ETag, second.ETag);
        await FailsAsync(StoreErrorCode.PreconditionFailed, () => PutAsync("f", Content(10, 3), WriteMode.Match(first.ETag!)));
        await HoldsAsync(second, Content(10, 2));
        await PutAsync("f", Content(10, 4), WriteMode.Match(second.ETag!));
        Assert.Equal(Content(10, 4), await GetAsync("f"));
    }

    [Fact]
    public async Task Match_goes_on_from_version_to_version()
    {
        Needs(WriteModes.Match);
        var info = await PutAsync("f", Content(10, 0));
        for (var i = 1; i < 20; i++)
            info = await PutAsync("f", Content(10 + i, i), WriteMode.Match(info.ETag!));
        await HoldsAsync(info, Content(29, 19));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Match_of_any_number_of_parts_refuses_a_stale_version(int parts)
    {
        Needs(WriteModes.Match);
        var length = (await PartSizesAsync(parts)).Sum(s => (long)s) + 10;
        var first = await PutAsync("f", Content(10, 1));
        var second = await PutAsync("f", Content(10, 2));
        await FailsAsync(StoreErrorCode.PreconditionFailed, () => PutPatternAsync("f", length, seed: 3, mode: WriteMode.Match(first.ETag!)));
        await HoldsAsync(second, Content(10, 2));
    }

    [Fact]
    public async Task Match_of_a_missing_file_fails()
    {
        Needs(WriteModes.Match);
        var info = await PutAsync("other", Content(10));
        await FailsAsync(StoreErrorCode.PreconditionFailed, () => PutAsync("f", Content(10), WriteMode.Match(info.ETag!)));
        Assert.False(await Store.ExistsAsync("f", Cancel));
        await HoldsOnlyAsync("other");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("\"0123456789abcdef\"")]
    [InlineData("*")]
    [InlineData("not an etag, at all")]
    public async Task Match_of_what_is_no_version_fails(string etag)
    {
        Needs(WriteModes.Match);
        var info = await PutAsync("f", Content(10));
        await FailsAsync(StoreErrorCode.PreconditionFailed, () => PutAsync("f", Content(10, 2), WriteMode.Match(etag)));
        await HoldsAsync(info, Content(10));
    }

    [Fact]
    public async Task Match_refuses_a_version_that_was_removed_or_made_again()
    {
        Needs(WriteModes.Match);
        var first = await PutAsync("f", Content(10, 1));
        await Store.RemoveAsync("f", Cancel);
        await FailsAsync(StoreErrorCode.PreconditionFailed, () => PutAsync("f", Content(10, 2), WriteMode.Match(first.ETag!)));
        Assert.False(await Store.ExistsAsync("f", Cancel));
        var second = await PutAsync("f", Content(10, 3));
        await FailsAsync(StoreErrorCode.PreconditionFailed, () => PutAsync("f", Content(10, 2), WriteMode.Match(first.ETag!)));
        await HoldsAsync(second, Content(10, 3));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task Match_refuses_what_changed_between_its_beginning_and_its_completion(int parts, bool removed)
    {
        Needs(WriteModes.Match);
        var sizes = await PartSizesAsync(parts);
        var first = await PutAsync("f", Content(10, 1));
        await using var stream = await Store.OpenWriteAsync("f", WriteMode.Match(first.ETag!), cancellationToken: Cancel);
        foreach (var size in sizes)
            await stream.WriteAsync(Content(size), Cancel);
        await stream.WriteAsync(Content(10, 2), Cancel);
        var rival = removed ? null : await PutAsync("f", Content(10, 3));
        if (removed)
            await Store.RemoveAsync("f", Cancel);
        await FailsAsync(StoreErrorCode.PreconditionFailed, () => stream.CompleteAsync(Cancel));
        await stream.DisposeAsync();
        if (rival is not null)
            await HoldsAsync(rival, Content(10, 3));
        else
            await HoldsOnlyAsync();
    }

    [Fact]
    public async Task A_condition_that_failed_can_be_met_by_the_next_write()
    {
        Needs(WriteModes.CreateNew);
        Needs(WriteModes.Match);
        await PutAsync("f", Content(10, 1), WriteMode.CreateNew);
        await FailsAsync(StoreErrorCode.AlreadyExists, () => PutAsync("f", Content(10, 2), WriteMode.CreateNew));
        var now = await Store.StatAsync("f", Cancel);
        await PutAsync("f", Content(10, 2), WriteMode.Match(now.ETag!));
        Assert.Equal(Content(10, 2), await GetAsync("f"));
    }

    [Fact]
    public async Task Conditions_look_at_one_path_alone()
    {
        Needs(WriteModes.CreateNew);
        await PutAsync("a/f", Content(1), WriteMode.CreateNew);
        await PutAsync("a/f2", Content(2), WriteMode.CreateNew);
        await PutAsync("a/F", Content(3), WriteMode.CreateNew);
        await PutAsync("f", Content(4), WriteMode.CreateNew);
        await PutAsync("b/f", Content(5), WriteMode.CreateNew);
        await HoldsOnlyAsync("a/f", "a/f2", "a/F", "f", "b/f");
    }

    private void Needs(WriteModes mode) => Needs((Can.WriteModes & mode) != 0, $"{mode} is not declared; CapabilityTests asserts that it is refused.");

    private async Task HoldsAsync(StoreEntry version, byte[] content)
    {
        Assert.Equal(content, await GetAsync("f"));
        Assert.Equal(version.ETag, (await Store.StatAsync("f", Cancel)).ETag);
        await HoldsOnlyAsync("f");
    }
}
