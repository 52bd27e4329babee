using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

public sealed class MoveTests : GcsTest
{
    [Fact]
    public async Task The_service_moves()
    {
        var store = await OpenAsync();
        await PutAsync(store, "a", Bytes(10), options: new() { ContentType = "text/x", Metadata = new Dictionary<string, string> { ["note"] = "grün" } });
        Proxy.ResetCounters();
        var info = await store.MoveAsync("a", "b", WriteMode.CreateNew, Cancel);
        (info.ContentType, info.Metadata["note"]).ShouldBe(("text/x", "grün"));
        Proxy.Requests.Where(r => r.Method != "GET").ShouldHaveSingleItem().Target.ShouldContain("/moveTo/");
        Fake.ObjectNames(Bucket).ShouldBe(["b"]);
    }

    [Theory]
    [InlineData(FaultKind.DropResponse)]
    [InlineData(FaultKind.Status503)]
    public async Task A_move_whose_answer_is_lost_is_recognised(FaultKind fault)
    {
        var store = await OpenAsync();
        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Replace })
        {
            await PutAsync(store, "a", Bytes(10));
            Proxy.Clear();
            Proxy.Add(new FaultRule(fault) { When = IsMove, Times = 1 });
            await store.MoveAsync("a", "b", mode, Cancel);
            Proxy.Counters.ByFault.ContainsKey(fault).ShouldBeTrue();
            Fake.ObjectNames(Bucket).ShouldBe(["b"]);
        }
        await PutAsync(store, "a", Bytes(20));
        await FailsAsync(StoreErrorCode.AlreadyExists, () => store.MoveAsync("a", "b", WriteMode.CreateNew, Cancel));
        (await store.ReadBytesAsync("b", Cancel)).ShouldBe(Bytes(10));
    }

    [Fact]
    public async Task Another_file_at_the_target_is_not_taken_for_the_moved_one()
    {
        var (store, other) = (await OpenAsync(), await OpenAsync($"endpoint={Fake.Endpoint.AbsoluteUri}"));
        await PutAsync(store, "a", Bytes(10));
        await PutAsync(store, "b", Bytes(10, 2));
        // The request is lost before it arrives, and then the source is removed by somebody else.
        Before(IsMove, () => other.RemoveAsync("a", Cancel));
        Proxy.Add(new FaultRule(FaultKind.Status503) { When = IsMove, Times = 1 });
        await FailsAsync(StoreErrorCode.NotFound, () => store.MoveAsync("a", "b", WriteMode.Replace, Cancel));
        (await store.ReadBytesAsync("b", Cancel)).ShouldBe(Bytes(10, 2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_that_comes_meanwhile_is_not_lost(bool canMove)
    {
        var (store, other) = (await OpenAsync(), await OpenAsync($"endpoint={Fake.Endpoint.AbsoluteUri}"));
        await PutAsync(store, "a", Bytes(10));
        if (!canMove)
            Fake.Refuse(405, times: 100, when: IsMove);
        Before(canMove ? IsMove : static (method, _) => method == "DELETE", () => PutAsync(other, "a", Bytes(20, 2)));
        if (canMove)
        {
            await store.MoveAsync("a", "b", WriteMode.CreateNew, Cancel);
            Fake.ObjectNames(Bucket).ShouldBe(["b"]);
            (await store.ReadBytesAsync("b", Cancel)).ShouldBe(Bytes(20, 2));
            return;
        }
        (await FailsAsync(StoreErrorCode.PreconditionFailed, () => store.MoveAsync("a", "b", WriteMode.CreateNew, Cancel))).Message.ShouldContain("the source is kept");
        ((await store.ReadBytesAsync("a", Cancel)), (await store.ReadBytesAsync("b", Cancel))).ShouldSatisfyAllConditions(r => r.Item1.ShouldBe(Bytes(20, 2)), r => r.Item2.ShouldBe(Bytes(10)));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task A_server_without_the_call_copies_and_deletes_what_was_copied(int status)
    {
        var store = await OpenAsync();
        Fake.Refuse(status, times: 100, when: IsMove);
        foreach (var name in new[] { "a", "b" })
        {
            await PutAsync(store, name, Bytes(10));
            await store.MoveAsync(name, name + "-moved", WriteMode.CreateNew, Cancel);
        }
        Fake.ObjectNames(Bucket).ShouldBe(["a-moved", "b-moved"]);
        Proxy.Requests.Count(r => IsMove(r.Method, r.Target)).ShouldBe(1, "It is tried once.");
        Proxy.Requests.Where(r => r.Method == "DELETE").ShouldAllBe(r => r.Target.Contains("ifGenerationMatch=", StringComparison.Ordinal));
        await FailsAsync(StoreErrorCode.NotFound, () => store.GetDriver().MoveAsync(new("missing", "x", WriteMode.CreateNew), Cancel).AsTask());
    }

    private static bool IsMove(string method, string target) => target.Contains("/moveTo/", StringComparison.Ordinal);

    /// <summary>Acts once, before such a request reaches the server.</summary>
    private void Before(Func<string, string, bool> request, Func<Task> act)
    {
        var isDone = false;
        Proxy.Add(new FaultRule(FaultKind.Status503)
        {
            When = (method, target) =>
            {
                if (!isDone && request(method, target))
                {
                    isDone = true;
                    act().GetAwaiter().GetResult();
                }
                return false;
            },
        });
    }
}
