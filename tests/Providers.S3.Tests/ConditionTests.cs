using Cairn.TestServers.Recording;

namespace Cairn.Providers.S3.Tests;

/// <summary>A service that passes over conditions, as its store knows by an option.</summary>
public sealed class ConditionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_conditions_nothing_is_written_under_one()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("conditions", "no"));
        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Match("\"0123456789abcdef0123456789abcdef\"") })
            (await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("f", new byte[3], mode, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.Unsupported);
        recorder.Requests.ShouldBeEmpty();
        await store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel);
        recorder.Requests.ShouldHaveSingleItem();
        // What has the marker's name already stays: the recorder shows one.
        await store.MakeDirectoryAsync("d", Cancel);
        recorder.Requests.Count(static r => r.Method == "PUT").ShouldBe(1);
    }

    /// <summary>A service that is not Amazon's, which looks at conditions in the ways that are named.</summary>
    private sealed class Service(params string[] kept) : IAsyncDisposable
    {
        private readonly HashSet<string> _there = new(StringComparer.Ordinal);
        private S3Recorder? _recorder;

        public RecordedRequest[] Requests => _recorder!.Requests;

        /// <summary>The objects that are there.</summary>
        public string[] Objects
        {
            get
            {
                lock (_there)
                    return [.. _there.Order(StringComparer.Ordinal)];
            }
        }

        public int Trials => Requests.Count(static r => r.Target.Contains(".cairn-check-", StringComparison.Ordinal) && r.Method == "DELETE"
            && !r.Target.Contains("uploadId", StringComparison.Ordinal));

        public async Task<ArtifactStore> OpenAsync(params (string, string)[] options)
        {
            _recorder = new S3Recorder { Instead = Answer };
            return await _recorder.OpenAsync([("conditions", ""), .. options]);
        }

        public async ValueTask DisposeAsync()
        {
            if (_recorder is not null)
                await _recorder.DisposeAsync();
        }

        private Answer? Answer(RecordedRequest request)
        {
            var name = request.Target.Split('?')[0];
            var isCompletion = request.Method == "POST" && request.Target.Contains("uploadId", StringComparison.Ordinal);
            lock (_there)
            {
                if (request.Method == "DELETE" && !request.Target.Contains("uploadId", StringComparison.Ordinal))
                    _there.Remove(name);
                if (request.Method == "HEAD" && !_there.Contains(name))
                    return new(404);
                var isWrite = isCompletion || (request.Method == "PUT" && !request.Target.Contains("uploadId", StringComparison.Ordinal));
                if (!isWrite)
                    return null;
                var way = isCompletion ? "multipart" : "put";
                if (request["If-None-Match"] == "*" && kept.Contains($"{way} CreateNew") && _there.Contains(name))
                    return new(412, "<Error><Code>PreconditionFailed</Code><Message>x</Message></Error>");
                if (request["If-Match"].Contains("0000", StringComparison.Ordinal) && kept.Contains($"{way} Match"))
                    return new(412, "<Error><Code>PreconditionFailed</Code><Message>x</Message></Error>");
                _there.Add(name);
                return null;
            }
        }
    }

    [Fact]
    public async Task A_service_that_passes_over_conditions_is_found_before_the_first_write_under_one()
    {
        await using var service = new Service();
        await using var store = await service.OpenAsync();
        await store.WriteTextAsync("f", "first", WriteMode.Replace, cancellationToken: Cancel);
        service.Requests.ShouldHaveSingleItem("a write without a condition asks nothing");
        Func<Task>[] conditional =
        [
            () => store.WriteTextAsync("f", "second", WriteMode.CreateNew, cancellationToken: Cancel),
            () => store.WriteTextAsync("g", "second", WriteMode.CreateNew, cancellationToken: Cancel),
            () => store.WriteTextAsync("f", "second", WriteMode.Match("\"0123456789abcdef0123456789abcdef\""), cancellationToken: Cancel),
            () => store.WriteBytesAsync("large", new byte[6 << 20], WriteMode.CreateNew, cancellationToken: Cancel),
            () => store.CopyAsync("f", "copy", WriteMode.CreateNew, Cancel),
        ];
        foreach (var write in conditional)
        {
            var error = await Should.ThrowAsync<StoreException>(write);
            error.Code.ShouldBe(StoreErrorCode.Unsupported);
            error.Message.ShouldContain("ignores the conditions of writes");
            error.Message.ShouldContain("conditions=no");
            service.Objects.ShouldBe(["/bucket/root/f"]);
        }
        service.Trials.ShouldBe(3, "put and multipart for CreateNew, put for Match");
        // A directory is made after a look instead.
        await store.MakeDirectoryAsync("d", Cancel);
        await store.MakeDirectoryAsync("d", Cancel);
        service.Requests.Count(static r => r.Method == "PUT" && r.Target == "/bucket/root/d/").ShouldBe(1);
    }

    [Fact]
    public async Task Each_way_of_writing_is_tried_by_itself_and_once()
    {
        await using var service = new Service("put CreateNew", "multipart Match");
        await using var store = await service.OpenAsync();
        for (var i = 0; i < 3; i++)
            await store.WriteTextAsync($"f{i}", "x", WriteMode.CreateNew, cancellationToken: Cancel);
        service.Trials.ShouldBe(1);
        (await Should.ThrowAsync<StoreException>(() => store.WriteTextAsync("f0", "y", WriteMode.CreateNew, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        (await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("large", new byte[6 << 20], WriteMode.CreateNew, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.Unsupported);
        await store.WriteBytesAsync("large", new byte[6 << 20], WriteMode.Match("\"0123456789abcdef0123456789abcdef\""), cancellationToken: Cancel);
        service.Trials.ShouldBe(3);
        service.Objects.ShouldBe(["/bucket/root/f0", "/bucket/root/f1", "/bucket/root/f2", "/bucket/root/large"]);
        // The parts of what was refused are not left behind.
        service.Requests.Count(static r => r.Method == "DELETE" && r.Target.Contains("large?uploadId", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Racing_first_writes_share_one_trial()
    {
        await using var service = new Service("put CreateNew");
        await using var store = await service.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.WriteTextAsync($"f{i}", "x", WriteMode.CreateNew, cancellationToken: Cancel)));
        service.Trials.ShouldBe(1);
    }

    [Theory]
    [InlineData("yes", "")]
    [InlineData("", "https://s3.eu-central-1.amazonaws.com")]
    [InlineData("", "https://s3.cn-north-1.amazonaws.com.cn")]
    public async Task Where_it_is_known_nothing_is_tried(string conditions, string endpoint)
    {
        await using var recorder = new S3Recorder();
        if (endpoint.Length > 0)
        {
            await using var amazons = await recorder.DriverAsync([("conditions", conditions), ("endpoint", endpoint)]);
            ((S3Driver)amazons).IsAmazons.ShouldBeTrue();
            (await ((S3Driver)amazons).Conditions.AreKeptAsync(WriteModes.CreateNew, false, Cancel)).ShouldBeTrue();
            return;
        }
        await using var store = await recorder.OpenAsync(("conditions", conditions));
        await store.WriteTextAsync("f", "x", WriteMode.CreateNew, cancellationToken: Cancel);
        recorder.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_trial_that_may_not_delete_its_file_says_what_to_do()
    {
        await using var recorder = new S3Recorder { Instead = static r => r.Method == "DELETE" ? new Answer(403, "<Error><Code>AccessDenied</Code><Message>x</Message></Error>") : null };
        await using var store = await recorder.OpenAsync(("conditions", ""));
        var error = await Should.ThrowAsync<StoreException>(() => store.WriteTextAsync("f", "x", WriteMode.CreateNew, cancellationToken: Cancel));
        (error.Code, error.Message.Contains("conditions=yes", StringComparison.Ordinal)).ShouldBe((StoreErrorCode.PermissionDenied, true), error.Message);
        recorder.Requests.ShouldNotContain(static r => r.Target == "/bucket/root/f");
    }

    [Fact]
    public async Task A_trial_that_is_denied_says_what_to_do_and_is_made_again()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("conditions", ""));
        recorder.Refuse(new(403, "<Error><Code>AccessDenied</Code><Message>x</Message></Error>"));
        var error = await Should.ThrowAsync<StoreException>(() => store.WriteTextAsync("f", "x", WriteMode.CreateNew, cancellationToken: Cancel));
        error.Code.ShouldBe(StoreErrorCode.PermissionDenied);
        error.Message.ShouldContain("conditions=yes");
        recorder.Requests.ShouldHaveSingleItem().Target.ShouldContain(".cairn-check-");
        (await Should.ThrowAsync<StoreException>(() => store.WriteTextAsync("f", "x", WriteMode.CreateNew, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.Unsupported);
        recorder.Requests.ShouldNotContain(static r => r.Target == "/bucket/root/f");
    }
}
