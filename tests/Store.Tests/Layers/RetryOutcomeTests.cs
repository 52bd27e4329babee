using Cairn.Layers;
using Cairn.Providers;

namespace Cairn.Tests.Layers;

/// <summary>Which calls are tried again, and what a repetition that is refused may be taken for.</summary>
public sealed class RetryOutcomeTests
{
    private readonly ManualTime _time = new() { Skips = true };
    private readonly ScriptedDriver _store = ScriptedDriver.OverMemory();

    [Theory]
    [InlineData("stat")]
    [InlineData("read")]
    [InlineData("begin")]
    [InlineData("list")]
    [InlineData("delete")]
    [InlineData("copy")]
    [InlineData("touch")]
    [InlineData("part")]
    [InlineData("complete")]
    public async Task Every_call_is_tried_again(string name)
    {
        await _store.PutAsync("a", [1]);
        _store.Calls.Clear();
        _store.Fail(name, 2, Unavailable);
        var driver = Retrying();
        switch (name)
        {
            case "stat":
                (await driver.StatAsync("a", default))!.Length.ShouldBe(1);
                break;
            case "read":
                (await driver.GetAsync("a")).ShouldBe([1]);
                break;
            case "list":
                (await driver.NamesAsync()).ShouldBe(["a"]);
                break;
            case "delete":
                (await driver.DeleteAsync(new([new("a")]), default))[0].Outcome.ShouldBe(DeleteOutcome.Deleted);
                break;
            case "copy":
                (await driver.CopyAsync(new("a", "b", WriteMode.CreateNew), default)).Path.Value.ShouldBe("b");
                break;
            case "touch":
                (await driver.TouchAsync("a", default)).Path.Value.ShouldBe("a");
                break;
            default:
                await using (var upload = await driver.BeginUploadAsync(new("b", WriteMode.CreateNew), default))
                {
                    await upload.WritePartAsync(new(0, 0, new byte[8]), default);
                    (await upload.CompleteAsync(new(1, 8, new byte[1]), default)).Length.ShouldBe(9);
                }
                break;
        }
        _store.Count(name).ShouldBe(3);
        _time.Waits.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Calls_without_an_answer_are_tried_again_too()
    {
        var quiet = new Quiet(_store) { Failures = 2 };
        await new RetryDriver(quiet, null, new() { TimeProvider = _time }).MakeDirectoryAsync("d", default);
        quiet.Failures = 2;
        await new RetryDriver(quiet, null, new() { TimeProvider = _time }).RemoveStagedAsync(null!, default);
        quiet.Failures = 2;
        (await new RetryDriver(quiet, null, new() { TimeProvider = _time }).PresignAsync(null!, default)).Host.ShouldBe("signed");
        quiet.Failures = 2;
        (await Count(new RetryDriver(quiet, null, new() { TimeProvider = _time }).ListStagedAsync(default))).ShouldBe(2);
        quiet.Done.ShouldBe(["mkdir", "remove staged", "presign", "list staged"]);
        _time.Waits.Count.ShouldBe(8);
        quiet.BreaksAfterOne = true;
        await Should.ThrowAsync<StoreException>(() => Count(new RetryDriver(quiet, null, new() { TimeProvider = _time }).ListStagedAsync(default)));
        quiet.Done.Count.ShouldBe(5, "a list that has begun was begun again");

        static async Task<int> Count(IAsyncEnumerable<StagedUpload> all)
        {
            var count = 0;
            await foreach (var one in all)
                count++;
            return count;
        }
    }

    [Theory]
    [InlineData("length", "already")]
    [InlineData("checksum", "already")]
    [InlineData("other algorithm", "may be the caller's own write")]
    [InlineData("no checksum", "may be the caller's own write")]
    [InlineData("same", null)]
    [InlineData("source changed", "already")]
    [InlineData("source gone", "already")]
    public async Task A_copy_that_is_refused_after_a_lost_answer_is_ones_own_only_by_equal_checksums(string kind, string? refusal)
    {
        var source = await _store.PutAsync("a", [1, 2]);
        var lost = false;
        _store.Before = async called =>
        {
            if (called == "stat" && kind == "source gone")
                await _store.DeleteAsync(new([new("a")]), default);
            if (called != "copy" || lost)
                return;
            lost = true;
            await _store.PutAsync("b", kind == "length" ? [1, 2, 3] : [3, 4]);
            throw Unavailable();
        };
        _store.Facts = info => new()
        {
            Path = info.Path,
            Length = info.Length,
            ETag = kind == "source changed" && info.Path == "a" ? "newer" : info.ETag,
            Checksum = info.Path == "a" ? new("crc32c", "01") : kind switch
            {
                "checksum" => new("crc32c", "02"),
                "other algorithm" => new("md5", "01"),
                "no checksum" => null,
                _ => new("crc32c", "01")
            },
        };
        var request = new CopyRequest("a", "b", WriteMode.CreateNew) { SourceIfMatch = source.ETag };
        if (refusal is null)
            (await Retrying().CopyAsync(request, default)).Path.Value.ShouldBe("b");
        else
            (await Should.ThrowAsync<StoreException>(async () => await Retrying().CopyAsync(request, default))).Message.ShouldContain(refusal);
        lost.ShouldBeTrue();
    }

    [Fact]
    public async Task A_copy_that_is_refused_at_once_stays_refused()
    {
        await _store.PutAsync("a", [1]);
        await _store.PutAsync("b", [1]);
        _store.Facts = info => new() { Path = info.Path, Length = info.Length, ETag = info.ETag, Checksum = new("crc32c", "01") };
        (await Should.ThrowAsync<StoreException>(async () => await Retrying().CopyAsync(new("a", "b", WriteMode.CreateNew), default))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, true)]
    [InlineData(new byte[] { 1, 2, 4 }, false)]
    [InlineData(new byte[] { 1, 2 }, false)]
    [InlineData(new byte[] { 1, 2, 3, 4 }, false)]
    public async Task A_write_that_is_refused_after_a_lost_answer_is_ones_own_only_by_equal_content(byte[] stored, bool own)
    {
        var lost = false;
        _store.Before = async called =>
        {
            if (called != "complete" || lost)
                return;
            lost = true;
            await _store.PutAsync("a", stored);
            throw Unavailable();
        };
        var writing = () => Retrying().PutAsync("a", [1, 2, 3], WriteMode.CreateNew);
        if (own)
            (await writing()).Length.ShouldBe(3);
        else
            (await Should.ThrowAsync<StoreException>(writing)).Message.ShouldNotContain("may be the caller's own write");
        (await _store.GetAsync("a")).ShouldBe(stored);
    }

    [Fact]
    public async Task A_batch_that_is_done_in_part_and_then_fails_gives_what_is_known()
    {
        var broken = new BreaksSecond(_store);
        var results = await new RetryDriver(broken, null, new() { TimeProvider = _time }).DeleteAsync(new([new("a"), new("busy")]), default);
        results.Select(r => r.Outcome).ShouldBe([DeleteOutcome.Deleted, DeleteOutcome.Failed]);
        broken.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_copy_over_the_version_that_was_asked_for_is_no_success()
    {
        await _store.PutAsync("a", [1]);
        var old = await _store.PutAsync("b", [1]);
        _store.Facts = info => new() { Path = info.Path, Length = info.Length, ETag = info.ETag, Checksum = new("crc32c", "01") };
        var tries = 0;
        _store.Before = called => called != "copy" ? Task.CompletedTask : throw (tries++ == 0 ? Unavailable() : new StoreException(StoreErrorCode.PreconditionFailed, "refused"));
        (await Should.ThrowAsync<StoreException>(async () => await Retrying().CopyAsync(new("a", "b", WriteMode.Match(old.ETag!)), default))).Reason.ShouldBe("refused");
        tries = 0;
        (await Retrying().CopyAsync(new("a", "b", WriteMode.Match("older")), default)).ETag.ShouldBe(old.ETag);
    }

    [Fact]
    public async Task Each_call_earns_its_share_of_a_retry()
    {
        var driver = new RetryDriver(_store, new() { BudgetReserve = 1, BudgetRatio = 1 }, new() { TimeProvider = _time });
        for (var i = 0; i < 3; i++)
        {
            _store.Fail("stat", 1, Unavailable);
            (await driver.StatAsync("none", default)).ShouldBeNull();
        }
        _store.Count("stat").ShouldBe(6);
    }

    [Fact]
    public async Task The_time_of_all_attempts_is_bounded()
    {
        var driver = new RetryDriver(_store, new() { MaxAttempts = 100, BaseDelay = TimeSpan.Zero, TotalTime = TimeSpan.FromSeconds(10) }, new() { TimeProvider = _time });
        _store.Fail("stat", 100, () => new StoreException(new StoreFault(StoreErrorCode.Throttled, "slow down") { RetryAfter = TimeSpan.FromSeconds(4) }));
        await Should.ThrowAsync<StoreException>(async () => await driver.StatAsync("a", default));
        _time.Waits.Count.ShouldBe(2);
    }

    public static TheoryData<RetryOptions> OutOfRange => new((RetryOptions[])[
        new() { MaxAttempts = 0 }, new() { BaseDelay = TimeSpan.FromTicks(-1) }, new() { MaxDelay = TimeSpan.FromTicks(-1) }, new() { TotalTime = TimeSpan.FromTicks(-1) },
        new() { BudgetRatio = -0.1 }, new() { BudgetReserve = -1 }]);

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Each_option_out_of_range_is_refused(RetryOptions options) => Should.Throw<ArgumentOutOfRangeException>(() => new RetryDriver(_store, options));

    [Fact]
    public void The_least_of_each_option_is_allowed() => _ = new RetryDriver(
        _store, new() { MaxAttempts = 1, BaseDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero, TotalTime = TimeSpan.Zero, BudgetRatio = 0, BudgetReserve = 0 });

    /// <summary>A passing failure. The store asks for a wait, because the jitter alone can be below a millisecond, and then there is no wait.</summary>
    private static StoreException Unavailable() =>
        new(new StoreFault(StoreErrorCode.Unavailable, "the connection ended early") { RetryAfter = TimeSpan.FromMilliseconds(1) });

    private RetryDriver Retrying() => new(_store, null, new() { TimeProvider = _time });

    private sealed class BreaksSecond(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public int Calls { get; private set; }

        public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) => ++Calls == 1
            ? new([new DeleteResult("a", DeleteOutcome.Deleted), new DeleteResult("busy", DeleteOutcome.Failed, Unavailable())])
            : throw new UnauthorizedAccessException();
    }

    private sealed class Quiet(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public int Failures { get; set; }

        public bool BreaksAfterOne { get; set; }

        public List<string> Done { get; } = [];

        public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => Do("mkdir");

        public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) => Do("remove staged");

        public override async ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
        {
            await Do("presign");
            return new("https://signed/");
        }

        public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Do("list staged");
            yield return null!;
            if (BreaksAfterOne)
                throw Unavailable();
            yield return null!;
        }

        private ValueTask Do(string name)
        {
            if (Failures-- > 0)
                throw Unavailable();
            Done.Add(name);
            return default;
        }
    }
}
