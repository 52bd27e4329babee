using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Cairn.Tests.Transfers;

/// <summary>Stores are one when they are at one place, whatever their address says.</summary>
public sealed class PlaceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stores_of_one_address_at_two_places_are_two()
    {
        await using var here = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://data", cancellationToken: Cancel);
        await using var there = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://data", cancellationToken: Cancel);
        (here.Root == there.Root, here.Place == there.Place).ShouldBe((true, false));
        await here.WriteTextAsync("d/f", "content", WriteMode.CreateNew, cancellationToken: Cancel);
        (await here.CopyTreeToAsync("d", there, "d", cancellationToken: Cancel)).Files.ShouldBe(1);
        (await here.CopyTreeToAsync("d", there, "d/inner", cancellationToken: Cancel)).Files.ShouldBe(1);
        await there.RemoveTreeAsync("d", Cancel);
        await here.MoveToAsync("d/f", there, "d/f", WriteMode.Replace, Cancel);
        (await there.ReadTextAsync("d/f", Cancel)).ShouldBe("content");
        (await here.ExistsAsync("d/f", Cancel)).ShouldBeFalse();
    }

    [Fact]
    public async Task Stores_at_one_place_are_one()
    {
        var provider = new MemoryProvider();
        await using var whole = await ArtifactStore.OpenAsync(provider, "mem://data", cancellationToken: Cancel);
        await using var part = await ArtifactStore.OpenAsync(provider, "mem://data/d", cancellationToken: Cancel);
        await whole.WriteTextAsync("d/f", "content", WriteMode.CreateNew, cancellationToken: Cancel);
        (whole.Place / "d").ShouldBe(part.Place);
        whole.Under("d").Place.ShouldBe(part.Place);
        await whole.MoveToAsync("d/f", part, "f", WriteMode.Replace, Cancel);
        (await whole.ReadTextAsync("d/f", Cancel)).ShouldBe("content");
        (await Should.ThrowAsync<StoreException>(() => whole.CopyTreeToAsync("d", part, "inner", cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.PathConflict);
    }

    [Fact]
    public async Task A_move_between_two_addresses_of_one_service_does_not_delete_what_it_would_copy_onto_itself()
    {
        var provider = new MemoryProvider();
        await using var one = new ArtifactStore(await provider.OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://data") }, Cancel));
        await using var other = new ArtifactStore(new Elsewhere(await provider.OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://data") }, Cancel)));
        await one.WriteTextAsync("f", "content", WriteMode.CreateNew, cancellationToken: Cancel);
        var error = await Should.ThrowAsync<StoreException>(() => one.MoveToAsync("f", other, "f", WriteMode.Replace, Cancel));
        error.Code.ShouldBe(StoreErrorCode.PathConflict);
        (await one.ReadTextAsync("f", Cancel)).ShouldBe("content");
    }

    /// <summary>The same store behind another address of its service.</summary>
    private sealed class Elsewhere(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public override StoreUri Place => StoreUri.Parse("mem://elsewhere");
    }
}
