using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

public sealed class CopyAndDeleteTests : GcsTest
{
    private static readonly OpenWriteOptions Typed = new() { ContentType = "text/x", Metadata = new Dictionary<string, string> { ["note"] = "grün" } };

    private protected override GcsFakeOptions FakeOptions() => new() { ComputeMd5 = false, RewriteAlwaysInSteps = true, RewriteBytesPerCall = 1 << 20 };

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("storage-class=NEARLINE", false)]
    public async Task A_copy_goes_on_with_tokens_and_no_byte_passes_through(string option, bool conditional)
    {
        var store = await OpenAsync(option.Length == 0 ? [] : [option]);
        var source = await PutAsync(store, "a", Bytes((5 << 20) + 7), options: Typed);
        Proxy.ResetCounters();
        var info = await store.CopyAsync("a", "b", conditional ? WriteMode.CreateNew : WriteMode.Replace, Cancel);
        Proxy.Requests.Count(r => r.Target.Contains("/rewriteTo/", StringComparison.Ordinal)).ShouldBe(6);
        (Proxy.Counters.RequestBytes + Proxy.Counters.ResponseBytes).ShouldBeLessThan(10_000);
        (info.Length, info.ContentType, info.Metadata["note"], info.Metadata.Count, info.Checksum).ShouldBe((source.Length, "text/x", "grün", 1, source.Checksum));
        (await store.ReadBytesAsync("b", Cancel)).ShouldBe(Bytes((5 << 20) + 7));
    }

    [Fact]
    public async Task A_conditional_copy_whose_answer_is_lost_is_recognised()
    {
        var store = await OpenAsync();
        await PutAsync(store, "a", Bytes(10));
        Proxy.Add(new FaultRule(FaultKind.DropResponse) { When = (_, target) => target.Contains("/rewriteTo/", StringComparison.Ordinal), Times = 1 });
        var info = await store.CopyAsync("a", "b", WriteMode.CreateNew, Cancel);
        (await store.StatAsync("b", Cancel)).ETag.ShouldBe(info.ETag);
        await FailsAsync(StoreErrorCode.AlreadyExists, () => store.CopyAsync("a", "b", WriteMode.CreateNew, Cancel));
    }

    [Fact]
    public async Task A_tree_goes_in_batches_of_a_hundred()
    {
        var store = await OpenAsync();
        await Parallel.ForAsync(0, 250, Cancel, async (i, _) => await PutAsync(store, $"tree/ä {i}", []));
        Proxy.ResetCounters();
        (await store.RemoveTreeAsync("tree", Cancel)).ShouldBe(250);
        Proxy.Requests.Count(r => r.Target == "/batch/storage/v1").ShouldBe(3);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_failure_of_a_batch_is_reported()
    {
        var store = await OpenAsync();
        foreach (var name in new[] { "a", "held", "c" })
            await PutAsync(store, name, []);
        using var http = new HttpClient { BaseAddress = Fake.Endpoint };
        using var hold = await http.PatchAsync($"/storage/v1/b/{Bucket}/o/held", new StringContent("""{"temporaryHold":true}""", System.Text.Encoding.UTF8, "application/json"), Cancel);
        hold.EnsureSuccessStatusCode();
        var driver = store.GetDriver();
        var results = await driver.DeleteAsync(new([new("a"), new("held"), new("missing"), new("c")]), Cancel);
        results.Select(r => r.Outcome).ShouldBe([DeleteOutcome.Deleted, DeleteOutcome.Failed, DeleteOutcome.Missing, DeleteOutcome.Deleted]);
        driver.Classify(results[1].Error!).Code.ShouldBe(StoreErrorCode.PermissionDenied);
        Fake.ObjectNames(Bucket).ShouldBe(["held"]);
    }

    [Theory]
    [InlineData(FaultKind.DropResponse)]
    [InlineData(FaultKind.TruncateResponse)]
    [InlineData(FaultKind.WrongLength)]
    public async Task A_batch_whose_answer_is_lost_is_sent_again(FaultKind fault)
    {
        var store = await OpenAsync();
        foreach (var name in new[] { "a", "b", "c" })
            await PutAsync(store, name, []);
        Proxy.Add(new FaultRule(fault) { When = (_, target) => target == "/batch/storage/v1", Times = 1 });
        var results = await store.GetDriver().DeleteAsync(new([new("a"), new("b"), new("c")]), Cancel);
        results.ShouldAllBe(r => r.Outcome != DeleteOutcome.Failed);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }
}
