using System.Text;
using System.Text.Json.Nodes;
using Cairn;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;
using Record = Cairn.Catalog.Records.Record;
using Cairn.Providers.Memory;

namespace Catalog.Tests.Chains;

public sealed class ChainTests
{
    private static readonly RecordId _ids = new(TimeProvider.System);

    [Fact]
    public async Task Racing_writers_get_dense_numbers_and_lose_nothing()
    {
        await using var store = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            ChainHead? head = null;
            for (var i = 0; i < 25; i++)
                (head, _) = await Of(store).AppendAsync(head, isNewest: true, _ids.Next(), (_, _) => new(Members($"{writer}-{i}")), null, default);
        })));

        var seen = new HashSet<string>();
        ChainHead? before = null;
        for (var n = 1; n <= 200; n++)
        {
            var record = await Of(store).RequireAsync(n, default);
            record.Previous.ShouldBe(before?.Hash.Hex);
            seen.Add(Record.Text(record.Node["by"])!).ShouldBeTrue();
            before = ChainHead.Of(record);
        }
        (await Of(store).TryReadAsync(201, default)).ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(37)]
    public async Task The_head_is_found_from_any_known_record(int length)
    {
        await using var store = await OpenAsync();
        var heads = await FillAsync(store, length);
        (await Of(store).FindHeadAsync(null, default))?.Sequence.ShouldBe(length);
        foreach (var known in heads)
            (await Of(store).FindHeadAsync(known, default))!.Sequence.ShouldBe(length);
    }

    [Fact]
    public async Task The_first_record_with_a_property_is_found()
    {
        await using var store = await OpenAsync();
        var heads = await FillAsync(store, 23);
        for (var n = 1; n <= 23; n++)
            (await Of(store).FindFirstAsync(1, heads[^1], r => r.Sequence >= n, default)).Sequence.ShouldBe(n);
    }

    [Fact]
    public async Task A_store_that_went_back_is_noticed()
    {
        await using var store = await OpenAsync();
        var heads = await FillAsync(store, 3);
        await Of(store).ConfirmAsync(heads[2], default);
        await store.RemoveAsync(Of(store).PathOf(3));
        await Should.ThrowAsync<StoreWentBackException>(() => Of(store).ConfirmAsync(heads[2], default));
        await Of(store).AppendAsync(heads[1], isNewest: true, _ids.Next(), (_, _) => new(Members("other")), null, default);
        await Should.ThrowAsync<StoreWentBackException>(() => Of(store).ConfirmAsync(heads[2], default));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("{}")]
    public async Task A_record_that_is_none_is_an_error_with_its_path(string content)
    {
        await using var store = await OpenAsync();
        await FillAsync(store, 1);
        await store.WriteBytesAsync(Of(store).PathOf(2), Encoding.UTF8.GetBytes(content), WriteMode.CreateNew);
        var error = await Should.ThrowAsync<StoreException>(() => Of(store).FindHeadAsync(null, default));
        error.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        error.Message.ShouldContain("00000002.json");
    }

    [Fact]
    public async Task A_record_of_another_chain_is_refused()
    {
        await using var store = await OpenAsync();
        await FillAsync(store, 2);
        var other = new Chain(store, "catalog/other", "thing", "other");
        await store.CopyAsync(Of(store).PathOf(1), other.PathOf(1), WriteMode.CreateNew);
        (await Should.ThrowAsync<StoreException>(() => other.TryReadAsync(1, default))).Reason.ShouldContain("another thing");
        await store.CopyAsync(Of(store).PathOf(2), Of(store).PathOf(3), WriteMode.CreateNew);
        (await Should.ThrowAsync<StoreException>(() => Of(store).TryReadAsync(3, default))).Reason.ShouldContain("its number is 2");
    }

    [Fact]
    public async Task An_answer_that_was_lost_is_recognized_by_the_id()
    {
        await using var store = await OpenAsync();
        var heads = await FillAsync(store, 2);
        var (head, appended) = await Of(store).AppendAsync(heads[0], isNewest: true, heads[1].Record!.Id, (_, _) => new(Members("again")), null, default);
        appended.ShouldBeTrue();
        head!.Hash.ShouldBe(heads[1].Hash);
        (await Of(store).TryReadAsync(3, default)).ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(900)]
    public async Task What_a_turn_says_about_the_newest_record_may_be_wrong(int? noted)
    {
        await using var store = await OpenAsync();
        var heads = await FillAsync(store, 6);
        List<int> decidedOn = [], attempts = [];
        var (head, appended) = await Of(store).AppendAsync(heads[1], isNewest: false, _ids.Next(), Decide, Turn, default);
        (head!.Sequence, appended).ShouldBe((7, true));
        head.Record!.Previous.ShouldBe(heads[5].Hash.Hex);
        decidedOn.ShouldBe(noted == 6 ? [6] : noted == 5 ? [5, 6] : [2, 6]);
        attempts.ShouldBe(noted == 6 ? [0] : [0, 1]);

        ValueTask<JsonObject?> Decide(ChainHead? now, CancellationToken _)
        {
            decidedOn.Add(now!.Sequence);
            return new(Members("other"));
        }

        ValueTask<int?> Turn(int lost, CancellationToken _)
        {
            attempts.Add(lost);
            return new(noted);
        }
    }

    private static ValueTask<ArtifactStore> OpenAsync() => ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{Guid.NewGuid():N}");

    private static Chain Of(ArtifactStore store) => new(store, "catalog/things/one", "thing", "one");

    private static JsonObject Members(string by) => new() { ["v"] = 1, ["kind"] = "thing", ["thing"] = "one", ["at"] = "2026-11-28T15:02:11.120000Z", ["by"] = by };

    private static async Task<List<ChainHead>> FillAsync(ArtifactStore store, int length)
    {
        var heads = new List<ChainHead>();
        for (var i = 1; i <= length; i++)
            heads.Add((await Of(store).AppendAsync(heads.LastOrDefault(), isNewest: true, _ids.Next(), (_, _) => new(Members($"{i}")), null, default)).Head!);
        return heads;
    }
}
