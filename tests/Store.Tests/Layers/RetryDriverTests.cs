using Cairn.Layers;
using Cairn.Providers;

namespace Cairn.Tests.Layers;

public class RetryDriverTests
{
    private readonly ManualTime _time = new() { Skips = true };
    private readonly ScriptedDriver _store = ScriptedDriver.OverMemory();

    [Fact]
    public async Task A_passing_failure_is_tried_again_and_hidden()
    {
        await _store.PutAsync("a", [1]);
        _store.Fail("stat", 3, Unavailable);
        (await Retrying().StatAsync("a", default))!.Length.ShouldBe(1);
        _store.Count("stat").ShouldBe(4);
        _time.Waits.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_lasting_failure_is_not_tried_again()
    {
        _store.Fail("stat", 1, () => new StoreException(StoreErrorCode.PermissionDenied, "no"));
        (await Should.ThrowAsync<StoreException>(async () => await Retrying().StatAsync("a", default))).Code.ShouldBe(StoreErrorCode.PermissionDenied);
        _store.Count("stat").ShouldBe(1);
    }

    [Fact]
    public async Task The_last_failure_comes_out_as_it_is_when_the_attempts_are_used_up()
    {
        var last = new HttpRequestException("down");
        _store.Fail("stat", 99, () => last);
        (await Should.ThrowAsync<HttpRequestException>(async () => await Retrying(new() { MaxAttempts = 3 }).StatAsync("a", default))).ShouldBeSameAs(last);
        _store.Count("stat").ShouldBe(3);
    }

    [Fact]
    public async Task It_never_comes_back_sooner_than_the_store_asks()
    {
        _store.Fail("stat", 2, () => new StoreException(new StoreFault(StoreErrorCode.Throttled, "slow down") { RetryAfter = TimeSpan.FromSeconds(30) }));
        await Retrying().StatAsync("a", default);
        _time.Waits.ShouldAllBe(w => w >= TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_longest_wait_doubles_with_each_attempt()
    {
        _store.Fail("stat", int.MaxValue, () => new StoreException(StoreErrorCode.Unavailable, "the connection ended early"));
        var driver = Retrying(new() { MaxAttempts = 3, BaseDelay = TimeSpan.FromMinutes(1), MaxDelay = TimeSpan.FromHours(1), TotalTime = TimeSpan.FromDays(1), BudgetReserve = 200 });
        for (var i = 0; i < 64; i++)
            await Should.ThrowAsync<StoreException>(async () => await driver.StatAsync("a", default));
        // Of 64 waits, each of which is anywhere below its bound, one exceeds half of it.
        _time.Waits.Count.ShouldBe(128);
        _time.Waits.Where((_, i) => i % 2 == 0).Max().TotalMinutes.ShouldBeInRange(0.5, 1);
        _time.Waits.Where((_, i) => i % 2 == 1).Max().TotalMinutes.ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task It_gives_up_at_once_when_the_store_asks_for_more_than_the_time_that_is_left()
    {
        _store.Fail("stat", 2, () => new StoreException(new StoreFault(StoreErrorCode.Throttled, "slow down") { RetryAfter = TimeSpan.FromMinutes(10) }));
        await Should.ThrowAsync<StoreException>(async () => await Retrying().StatAsync("a", default));
        _time.Waits.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_store_that_is_down_gets_a_bounded_number_of_extra_calls()
    {
        var driver = Retrying(new() { BudgetReserve = 5, BudgetRatio = 0.1, TotalTime = TimeSpan.FromDays(1) });
        _store.Fail("stat", int.MaxValue, Unavailable);
        for (var i = 0; i < 100; i++)
            await Should.ThrowAsync<StoreException>(async () => await driver.StatAsync("a", default));
        _store.Count("stat").ShouldBeInRange(101, 100 + 5 + 10);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_unwrapped_and_nothing_is_tried_again()
    {
        var time = new ManualTime();
        using var cancel = new CancellationTokenSource();
        _store.Fail("stat", 5, Unavailable);
        var call = new RetryDriver(_store, null, new() { TimeProvider = time }).StatAsync("a", cancel.Token).AsTask();
        call.IsCompleted.ShouldBeFalse();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        _store.Count("stat").ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_after_cancellation_is_not_tried_again()
    {
        using var cancel = new CancellationTokenSource();
        _store.Before = async _ =>
        {
            await cancel.CancelAsync();
            throw Unavailable();
        };
        await Should.ThrowAsync<StoreException>(async () => await Retrying().StatAsync("a", cancel.Token));
        _store.Count("stat").ShouldBe(1);
    }

    [Fact]
    public async Task A_listing_goes_on_where_it_broke()
    {
        string[] names = [.. Enumerable.Range(0, 30).Select(i => $"d/{i:00}")];
        foreach (var name in names)
            await _store.PutAsync(name, []);
        var pages = 0;
        _store.Before = called => called == "page" && ++pages % 4 == 0 ? throw Unavailable() : Task.CompletedTask;
        (await Retrying(new() { MaxAttempts = 2 }).NamesAsync()).ShouldBe(names);
        _store.Count("list").ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task A_listing_that_makes_no_progress_ends()
    {
        _store.Fail("list", int.MaxValue, Unavailable);
        await Should.ThrowAsync<StoreException>(() => Retrying(new() { MaxAttempts = 4 }).NamesAsync());
        _store.Count("list").ShouldBe(4);
    }

    [Fact]
    public async Task Parts_are_tried_again()
    {
        _store.Fail("part", 2, Unavailable);
        await using var upload = await Retrying().BeginUploadAsync(new("a", WriteMode.CreateNew), default);
        await upload.WritePartAsync(new(0, 0, new byte[8]), default);
        (await upload.CompleteAsync(new(1, 8, new byte[2]), default)).Length.ShouldBe(10);
        _store.Count("part").ShouldBe(3);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(100_000, false)]
    public async Task A_lost_answer_to_a_conditional_write_is_recognised_as_ones_own_success(int length, bool isMatch)
    {
        var mode = isMatch ? WriteMode.Match((await _store.PutAsync("a", [9])).ETag!) : WriteMode.CreateNew;
        var content = new byte[length];
        new Random(1).NextBytes(content);
        _store.Calls.Clear();
        _store.Lose("complete", 1, Unavailable);
        var info = await Retrying().PutAsync("a", content, mode);
        info.Length.ShouldBe(length);
        info.ETag.ShouldBe((await _store.StatAsync("a", default))!.ETag);
        _store.Count("complete").ShouldBe(2);
    }

    [Fact]
    public async Task A_write_that_another_won_meanwhile_is_not_mistaken_for_ones_own()
    {
        var other = false;
        _store.Before = async called =>
        {
            if (called != "complete" || other)
                return;
            other = true;
            await _store.PutAsync("a", [9, 9, 9]);
            throw Unavailable();
        };
        var refused = await Should.ThrowAsync<StoreException>(() => Retrying().PutAsync("a", [1, 2, 3], WriteMode.CreateNew));
        refused.Code.ShouldBe(StoreErrorCode.AlreadyExists);
        (await _store.GetAsync("a")).ShouldBe([9, 9, 9]);
    }

    [Fact]
    public async Task A_refusal_without_a_lost_attempt_stays_a_refusal_even_for_equal_content()
    {
        await _store.PutAsync("a", [1]);
        (await Should.ThrowAsync<StoreException>(() => Retrying().PutAsync("a", [1], WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
    }

    [Fact]
    public async Task A_refused_repetition_over_the_version_that_was_asked_for_is_no_success_even_for_equal_content()
    {
        var old = await _store.PutAsync("a", [1]);
        var tries = 0;
        // The first attempt does nothing, and the second is refused although nobody has written: the old content, which equals the new, is no sign of success.
        _store.Before = called => called != "complete" ? Task.CompletedTask : throw (tries++ == 0 ? Unavailable() : new StoreException(StoreErrorCode.PreconditionFailed, "refused"));
        var refused = await Should.ThrowAsync<StoreException>(() => Retrying().PutAsync("a", [1], WriteMode.Match(old.ETag!)));
        refused.Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        tries.ShouldBe(2);
    }

    [Fact]
    public async Task A_lost_answer_that_cannot_be_told_says_so()
    {
        _store.Lose("complete", 1, Unavailable);
        await using var upload = await Retrying().BeginUploadAsync(new("a", WriteMode.CreateNew), default);
        await upload.WritePartAsync(new(0, 0, new byte[8]), default);
        var refused = await Should.ThrowAsync<StoreException>(async () => await upload.CompleteAsync(new(1, 8, new byte[2]), default));
        refused.Code.ShouldBe(StoreErrorCode.AlreadyExists);
        refused.Message.ShouldContain("may be the caller's own write");
    }

    [Fact]
    public async Task A_lost_answer_to_a_copy_is_recognised_by_the_checksum()
    {
        await _store.PutAsync("a", [1, 2]);
        _store.Facts = Checksummed;
        _store.Lose("copy", 1, Unavailable);
        (await Retrying().CopyAsync(new("a", "b", WriteMode.CreateNew), default)).Path.Value.ShouldBe("b");
        _store.Count("copy").ShouldBe(2);
    }

    [Fact]
    public async Task A_move_is_repeated_only_when_it_surely_did_nothing()
    {
        await _store.PutAsync("a", [1]);
        _store.Fail("move", 1, () => new StoreException(StoreErrorCode.Throttled, "slow down"));
        await Retrying().MoveAsync(new("a", "b", WriteMode.CreateNew), default);
        _store.Count("move").ShouldBe(2);
        _store.Fail("move", 1, Unavailable);
        await Should.ThrowAsync<StoreException>(async () => await Retrying().MoveAsync(new("b", "c", WriteMode.CreateNew), default));
        _store.Count("move").ShouldBe(3);
    }

    [Fact]
    public async Task Of_a_batch_only_what_failed_for_a_passing_reason_is_deleted_again()
    {
        var partial = new PartialDeletes(ScriptedDriver.Memory());
        var results = await new RetryDriver(partial, null, new() { TimeProvider = _time }).DeleteAsync(new([new("a"), new("busy"), new("denied"), new("b")]), default);
        results.Select(r => (r.Path.Value, r.Outcome)).ShouldBe(
            [("a", DeleteOutcome.Deleted), ("busy", DeleteOutcome.Deleted), ("denied", DeleteOutcome.Failed), ("b", DeleteOutcome.Deleted)]);
        partial.Asked.ShouldBe(["a busy denied b", "busy"]);
    }

    [Fact]
    public void Options_out_of_range_are_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryDriver(_store, new() { MaxAttempts = 0 }));

    /// <summary>A passing failure. The store asks for a wait, because the jitter alone can be below a millisecond, and then there is no wait.</summary>
    private static StoreException Unavailable() =>
        new(new StoreFault(StoreErrorCode.Unavailable, "the connection ended early") { RetryAfter = TimeSpan.FromMilliseconds(1) });

    private static StoreEntry Checksummed(StoreEntry info) =>
        new() { Path = info.Path, Length = info.Length, ETag = info.ETag, Checksum = new("crc32c", "0000" + info.Length) };

    private RetryDriver Retrying(RetryOptions? options = null) => new(_store, options, new() { TimeProvider = _time });

    private sealed class PartialDeletes(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public List<string> Asked { get; } = [];

        public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
        {
            Asked.Add(string.Join(' ', request.Targets.Select(t => t.Path.Value)));
            return new(request.Targets.Select(t => t.Path.Value switch
            {
                "busy" when Asked.Count == 1 => new DeleteResult(t.Path, DeleteOutcome.Failed, Unavailable()),
                "denied" => new DeleteResult(t.Path, DeleteOutcome.Failed, new UnauthorizedAccessException()),
                _ => new DeleteResult(t.Path, DeleteOutcome.Deleted),
            }).ToList());
        }
    }
}
