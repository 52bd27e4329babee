using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Azure.Tests;

/// <summary>Everything that can go wrong on the way, at 5 % of all requests: no wrong byte, and each operation is complete or a typed error.</summary>
public sealed class FaultTests
{
    private const double Rate = 0.05;

    private static readonly bool _full = Environment.GetEnvironmentVariable("CAIRN_FULL") == "1";

    private static readonly FaultKind[] _kinds = [.. Enum.GetValues<FaultKind>().Where(static k => k != FaultKind.None)];

    public static IEnumerable<TheoryDataRow<FaultKind>> Kinds => _kinds.Select(static k => new TheoryDataRow<FaultKind>(k));

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task No_fault_makes_a_wrong_byte_or_an_untyped_error(FaultKind kind) => StormAsync([kind], _full ? 700 : 24, 4);

    [Fact]
    public Task All_faults_at_once_make_no_wrong_byte_and_no_untyped_error() => StormAsync(_kinds, _full ? 10_000 : 200, 8);

    /// <summary>Does the same twice, at first undisturbed, to know how many requests it takes.</summary>
    private static async Task StormAsync(FaultKind[] kinds, int operations, int workers)
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        await using var proxy = FaultProxy.Start(new(server.BlobEndpoint.GetLeftPart(UriPartial.Authority)), new() { StallFor = TimeSpan.FromSeconds(1.5), Seed = 11 });
        await using var store = await AzureBackend.OpenStoreAsync(
            container, ("endpoint", server.At(proxy.Endpoint).BlobEndpoint.OriginalString), ("part-size", "64KiB"), ("retries", "8"), ("retry-delay", "1ms"));
        (await RunAsync("calm", [])).ShouldBeEmpty();
        var ideal = proxy.Counters.Requests;
        proxy.ResetCounters();

        var errors = await RunAsync("storm", kinds);

        var counters = proxy.Counters;
        var codes = errors.GroupBy(static e => e.Code).Select(static g => $"{g.Key} {g.Count()}");
        TestContext.Current.SendDiagnosticMessage($"{string.Join('+', kinds)}: {operations} operations, typed errors: {string.Join(", ", codes)}; ideal {ideal} requests; seed {proxy.Seed}\n{counters}");
        errors.Count.ShouldBeLessThan(operations / 5);
        counters.Requests.ShouldBeLessThanOrEqualTo((long)(ideal * 1.15) + counters.Faults);
        if (_full || kinds.Length > 1)
            counters.Faults.ShouldBeGreaterThan(0);

        async Task<List<StoreException>> RunAsync(string root, FaultKind[] faults)
        {
            foreach (var kind in faults)
                proxy.Add(RuleOf(kind));
            var all = Enumerable.Range(0, workers).Select(w => new FaultedWorker(store.Under(root), $"{w}", w)).ToArray();
            await Task.WhenAll(all.Select(w => w.RunAsync(operations / workers, TestContext.Current.CancellationToken)));
            proxy.Clear();
            foreach (var worker in all)
                await worker.CheckAllAsync(TestContext.Current.CancellationToken);
            return [.. all.SelectMany(static w => w.Errors)];
        }
    }

    /// <summary>A damaged list or range can only be told by what the connection itself checks, which plain http does not.</summary>
    private static FaultRule RuleOf(FaultKind kind) =>
        new(kind, Rate) { When = (method, target) => kind is not (FaultKind.FlipResponse or FaultKind.WrongLength) || (method == "GET" && target.Contains("/whole-", StringComparison.Ordinal)) };

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task Bytes_damaged_on_the_way_up_are_refused_and_not_published(int length)
    {
        var container = await AzureBackend.NewContainerAsync();
        var options = new FaultProxyOptions { Rules = { new(FaultKind.FlipRequest) { When = static (_, target) => !target.Contains("comp=blocklist", StringComparison.Ordinal) } } };
        await using var proxy = FaultProxy.Start(new((await AzureBackend.ServerAsync()).BlobEndpoint.GetLeftPart(UriPartial.Authority)), options);
        await using var store = await AzureBackend.OpenStoreAsync(container, ("endpoint", (await AzureBackend.ServerAsync()).At(proxy.Endpoint).BlobEndpoint.OriginalString), ("part-size", "64KiB"));

        var error = await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("file", new byte[length], WriteMode.Replace));

        error.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        error.IsTransient.ShouldBeTrue();
        (await AzureBackend.NamesAsync(container)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(FaultKind.FlipResponse)]
    [InlineData(FaultKind.WrongLength)]
    public async Task Bytes_damaged_on_the_way_down_are_told(FaultKind kind)
    {
        var container = await AzureBackend.NewContainerAsync();
        var options = new FaultProxyOptions { Rules = { new(kind) { When = static (method, _) => method == "GET" } } };
        await using var proxy = FaultProxy.Start(new((await AzureBackend.ServerAsync()).BlobEndpoint.GetLeftPart(UriPartial.Authority)), options);
        await using var store = await AzureBackend.OpenStoreAsync(container, ("endpoint", (await AzureBackend.ServerAsync()).At(proxy.Endpoint).BlobEndpoint.OriginalString));
        await store.WriteBytesAsync("file", new byte[100_000], WriteMode.Replace);
        // What another program wrote has the service's MD5 alone.
        await (await AzureBackend.RawAsync(container)).UploadBlobAsync("other", new BinaryData(new byte[100_000]));

        (await Should.ThrowAsync<StoreException>(() => store.ReadBytesAsync("file"))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        (await Should.ThrowAsync<StoreException>(() => store.ReadBytesAsync("other"))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
    }

    [Fact]
    public async Task A_service_that_asks_to_wait_is_throttling_and_says_how_long()
    {
        var container = await AzureBackend.NewContainerAsync();
        var options = new FaultProxyOptions { RetryAfterSeconds = 3, Rules = { new(FaultKind.Status503) { Times = 1 }, new(FaultKind.Status429) } };
        await using var proxy = FaultProxy.Start(new((await AzureBackend.ServerAsync()).BlobEndpoint.GetLeftPart(UriPartial.Authority)), options);
        await using var store = await AzureBackend.OpenStoreAsync(container, ("endpoint", (await AzureBackend.ServerAsync()).At(proxy.Endpoint).BlobEndpoint.OriginalString), ("retries", "0"));

        for (var i = 0; i < 2; i++)
        {
            var error = await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("file", new byte[1], WriteMode.Replace));
            (error.Code, error.RetryAfter, error.IsTransient).ShouldBe((StoreErrorCode.Throttled, TimeSpan.FromSeconds(3), true));
        }
    }

    [Theory]
    [InlineData(false, 10)]
    [InlineData(false, 200_000)]
    [InlineData(true, 10)]
    [InlineData(true, 200_000)]
    public async Task A_conditional_write_whose_answer_was_lost_is_ones_own_success(bool match, int length)
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var proxy = FaultProxy.Start(new((await AzureBackend.ServerAsync()).BlobEndpoint.GetLeftPart(UriPartial.Authority)));
        await using var store = await AzureBackend.OpenStoreAsync(container, ("endpoint", (await AzureBackend.ServerAsync()).At(proxy.Endpoint).BlobEndpoint.OriginalString), ("part-size", "64KiB"));
        var mode = match ? WriteMode.Match((await store.WriteBytesAsync("file", new byte[1], WriteMode.CreateNew)).ETag!) : WriteMode.CreateNew;
        proxy.Add(new(FaultKind.DropResponse) { Times = 1, When = static (method, target) => method == "PUT" && !target.Contains("comp=block&", StringComparison.Ordinal) });

        var written = await store.WriteBytesAsync("file", new byte[length], mode);

        proxy.Counters.Faults.ShouldBe(1);
        (await store.StatAsync("file")).ETag.ShouldBe(written.ETag);
        written.Length.ShouldBe(length);
        (await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("file", new byte[length], mode))).Code
            .ShouldBe(match ? StoreErrorCode.PreconditionFailed : StoreErrorCode.AlreadyExists);
    }

    [Fact]
    public async Task A_body_that_breaks_is_resumed_where_it_stopped()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var proxy = FaultProxy.Start(new((await AzureBackend.ServerAsync()).BlobEndpoint.GetLeftPart(UriPartial.Authority)));
        await using var store = await AzureBackend.OpenStoreAsync(container, ("endpoint", (await AzureBackend.ServerAsync()).At(proxy.Endpoint).BlobEndpoint.OriginalString));
        var content = new byte[3_000_000];
        new Random(7).NextBytes(content);
        await store.WriteBytesAsync("file", content, WriteMode.CreateNew);
        proxy.ResetCounters();
        proxy.Add(new(FaultKind.ResetInResponse) { Times = 2, When = static (method, _) => method == "GET" });

        (await store.ReadBytesAsync("file")).AsSpan().SequenceEqual(content).ShouldBeTrue();
        proxy.Counters.Faults.ShouldBe(2);
        proxy.Counters.ResponseBytes.ShouldBeLessThan(content.Length * 2);
    }
}
