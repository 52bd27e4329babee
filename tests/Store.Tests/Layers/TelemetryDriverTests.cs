using System.Diagnostics;
using Cairn.Layers;
using Cairn.Providers;
using Cairn.Providers.Memory;
using Microsoft.Extensions.Logging;

namespace Cairn.Tests.Layers;

[CollectionDefinition(nameof(TelemetryDriverTests), DisableParallelization = true)]
public sealed class TelemetryCollection;

/// <summary>Alone: a listener anywhere in the process makes every store tell.</summary>
[Collection(nameof(TelemetryDriverTests))]
public class TelemetryDriverTests
{
    private readonly string _name = $"box-{Guid.NewGuid():n}";
    private readonly ManualTime _time = new();
    private readonly ScriptedDriver _store;

    public TelemetryDriverTests() => _store = new(new MemoryProvider()
        .OpenAsync(new StoreContext { Root = StoreUri.Parse($"mem://{_name}") }, default).GetAwaiter().GetResult());

    [Fact]
    public async Task A_call_is_a_client_span_a_duration_and_a_count_of_what_is_under_way()
    {
        using var telemetry = new Telemetry(_name);
        _store.Before = _ =>
        {
            telemetry.Sum(StoreInstruments.ActiveOperations).ShouldBe(1);
            Activity.Current!.DisplayName.ShouldBe("stat mem", "the service's own spans belong below");
            _time.Advance(TimeSpan.FromMilliseconds(250));
            return Task.CompletedTask;
        };
        await Telling().StatAsync("dir/a", default);
        var span = telemetry.Spans.Single();
        (span.DisplayName, span.Kind, span.Status).ShouldBe(("stat mem", ActivityKind.Client, ActivityStatusCode.Unset));
        span.GetTagItem("cairn.operation.name").ShouldBe("stat");
        span.GetTagItem("cairn.artifact.path").ShouldBe("dir/a");
        telemetry.Sum(StoreInstruments.ActiveOperations).ShouldBe(0);
        var duration = telemetry.Measured.Single(m => m.Instrument.Name == StoreInstruments.OperationDuration);
        duration.Value.ShouldBe(0.25);
        duration.Instrument.Unit.ShouldBe("s");
        duration.Tags.Keys.ShouldBe(["cairn.store.scheme", "cairn.store.container", "cairn.operation.name"], ignoreOrder: true);
        Activity.Current.ShouldBeNull();
    }

    [Fact]
    public async Task A_program_that_switches_telemetry_off_tells_nothing()
    {
        using var telemetry = new Telemetry(_name);
        AppContext.SetSwitch("Cairn.Telemetry", false);
        try
        {
            await Telling().StatAsync("a", default);
            telemetry.Spans.ShouldBeEmpty();
            telemetry.Measured.ShouldBeEmpty();
        }
        finally
        {
            AppContext.SetSwitch("Cairn.Telemetry", true);
        }
        await Telling().StatAsync("a", default);
        telemetry.Spans.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_is_told_by_its_code()
    {
        using var telemetry = new Telemetry(_name);
        _store.Fail("stat", 1, () => new HttpRequestException("x"));
        await Should.ThrowAsync<HttpRequestException>(async () => await Telling().StatAsync("a", default));
        telemetry.Spans.Single().GetTagItem("error.type").ShouldBe("Unavailable");
        telemetry.Spans.Single().Status.ShouldBe(ActivityStatusCode.Error);
        telemetry.Measured.Single(m => m.Instrument.Name == StoreInstruments.OperationDuration).Tags["error.type"].ShouldBe("Unavailable");
    }

    [Fact]
    public async Task A_read_lasts_until_its_content_is_disposed_and_counts_its_bytes()
    {
        await _store.PutAsync("a", new byte[1000]);
        using var telemetry = new Telemetry(_name);
        await using (var read = await Telling().OpenReadAsync(new("a"), default))
        {
            await read.Content.ReadExactlyAsync(new byte[600]);
            read.Content.ReadExactly(new byte[100]);
            _time.Advance(TimeSpan.FromSeconds(2));
            telemetry.Spans.ShouldBeEmpty();
        }
        telemetry.Spans.Single().DisplayName.ShouldBe("read mem");
        telemetry.Sum(StoreInstruments.Io, "network.io.direction", "receive").ShouldBe(700);
        telemetry.Sum(StoreInstruments.OperationDuration).ShouldBe(2);
    }

    [Fact]
    public async Task A_write_lasts_until_it_is_complete_and_counts_its_bytes()
    {
        using var telemetry = new Telemetry(_name);
        await using (var upload = await Telling().BeginUploadAsync(new("a", WriteMode.CreateNew), default))
        {
            await upload.WritePartAsync(new(0, 0, new byte[8]), default);
            telemetry.Spans.ShouldBeEmpty();
            await upload.CompleteAsync(new(1, 8, new byte[5]), default);
        }
        telemetry.Spans.Single().Status.ShouldBe(ActivityStatusCode.Unset);
        telemetry.Sum(StoreInstruments.Io, "network.io.direction", "transmit").ShouldBe(13);
    }

    [Fact]
    public async Task A_write_that_is_given_up_is_told_as_such_and_one_that_failed_by_its_failure()
    {
        using var telemetry = new Telemetry(_name);
        await using (await Telling().BeginUploadAsync(new("a", WriteMode.CreateNew), default))
        {
        }
        telemetry.Spans.Single().GetTagItem("error.type").ShouldBe("System.OperationCanceledException");
        _store.Fail("complete", 1, () => new StoreException(StoreErrorCode.AlreadyExists, "there"));
        await Should.ThrowAsync<StoreException>(() => Telling().PutAsync("a", [1]));
        telemetry.Spans.Last().GetTagItem("error.type").ShouldBe("AlreadyExists");
    }

    [Fact]
    public async Task A_listing_is_one_span_that_counts_the_stores_time_alone()
    {
        await _store.PutAsync("a", []);
        await _store.PutAsync("b", []);
        using var telemetry = new Telemetry(_name);
        _store.Before = _ =>
        {
            Activity.Current!.DisplayName.ShouldBe("list mem");
            _time.Advance(TimeSpan.FromSeconds(1));
            return Task.CompletedTask;
        };
        await foreach (var page in Telling().ListAsync(new(default, true), default))
        {
            Activity.Current.ShouldBeNull();
            _time.Advance(TimeSpan.FromSeconds(100));
        }
        telemetry.Spans.Count.ShouldBe(1);
        telemetry.Sum(StoreInstruments.OperationDuration).ShouldBe(3);
    }

    [Fact]
    public async Task A_batch_with_a_failed_target_is_a_failure()
    {
        using var telemetry = new Telemetry(_name);
        var driver = new TelemetryDriver(new FailingDeletes(_store));
        await driver.DeleteAsync(new([new("a")]), default);
        telemetry.Spans.Single().GetTagItem("error.type").ShouldBe("PermissionDenied");
    }

    [Fact]
    public async Task Paths_can_be_left_out()
    {
        using var telemetry = new Telemetry(_name);
        await new TelemetryDriver(_store, new() { PathsOnSpans = false }).StatAsync("secret-project", default);
        telemetry.Spans.Single().TagObjects.ShouldNotContain(t => "secret-project".Equals(t.Value));
    }

    [Fact]
    public async Task Retries_and_waits_are_counted()
    {
        using var telemetry = new Telemetry(_name);
        _store.Fail("stat", 2, () => new StoreException(StoreErrorCode.Throttled, "slow"));
        var driver = _store.WithThrottle(new() { MaxConcurrency = 1 }).WithRetry(null, new() { TimeProvider = new ManualTime { Skips = true } });
        await driver.StatAsync("a", default);
        telemetry.Sum(StoreInstruments.Retries, "error.type", "Throttled").ShouldBe(2);
        telemetry.Measured.Count(m => m.Instrument.Name == StoreInstruments.ThrottleDuration).ShouldBe(3);
    }

    [Fact]
    public async Task The_cache_counts_hits_and_misses()
    {
        using var folder = new CacheDirectory();
        using var telemetry = new Telemetry(_name);
        await _store.PutAsync("a", [1]);
        var driver = _store.WithReadCache(new() { Directory = folder.Path });
        await driver.GetAsync("a");
        await driver.GetAsync("a");
        foreach (var result in (string[])["hit", "miss"])
            telemetry.Sum(StoreInstruments.CacheLookups, "cairn.cache.result", result).ShouldBe(1, result);
    }

    [Fact]
    public async Task Above_debug_no_line_holds_a_path_or_the_services_text()
    {
        var log = new LineLog(LogLevel.Information);
        _store.Fail("stat", 2, () => new StoreException(StoreErrorCode.Unavailable, "bucket of secret-project is down"));
        var driver = new TelemetryDriver(_store.WithRetry(new() { MaxAttempts = 2, BaseDelay = TimeSpan.Zero }, new() { LoggerFactory = log }), null, new() { LoggerFactory = log });
        await Should.ThrowAsync<StoreException>(async () => await driver.StatAsync("secret-project/a", default));
        log.Lines.Select(l => l.Level).ShouldBe([LogLevel.Information, LogLevel.Warning, LogLevel.Warning]);
        log.Lines.ShouldAllBe(l => !l.Text.Contains("secret-project"));
        log.Lines.ShouldAllBe(l => l.Text.Contains("Unavailable"));
    }

    [Fact]
    public async Task What_a_caller_asks_for_and_does_not_find_is_no_warning()
    {
        var log = new LineLog(LogLevel.Debug);
        var driver = new TelemetryDriver(_store, null, new() { LoggerFactory = log });
        await Should.ThrowAsync<StoreException>(async () => await driver.OpenReadAsync(new("a"), default));
        log.Lines.Single().Level.ShouldBe(LogLevel.Debug);
        log.Lines.Single().Text.ShouldContain("NotFound");
    }

    [Fact]
    public async Task When_nobody_listens_nothing_is_allocated_and_no_stream_is_wrapped()
    {
        var bare = await new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://quiet") }, default);
        await bare.PutAsync("a", [1]);
        var telling = new TelemetryDriver(bare);
        await using (var read = await telling.OpenReadAsync(new("a"), default))
            read.Content.ShouldBeOfType((await bare.OpenReadAsync(new("a"), default)).Content.GetType());
        Allocated(telling).ShouldBe(Allocated(bare));
    }

    private static long Allocated(StoreDriver driver)
    {
        const int Calls = 1000;
        for (var i = 0; i < Calls; i++)
            _ = driver.StatAsync("missing", default).GetAwaiter().GetResult();
        StorePath path = "missing";
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
            _ = driver.StatAsync(path, default).GetAwaiter().GetResult();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    private TelemetryDriver Telling() => new(_store, null, new() { TimeProvider = _time });

    private sealed class FailingDeletes(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
            new([new DeleteResult(request.Targets[0].Path, DeleteOutcome.Failed, new UnauthorizedAccessException())]);
    }
}
