using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that operations in a container that does not exist fail with NotFound and do not create the container.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class NonexistentContainerTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task Reading_fails()
    {
        await using var store = await OpenMissingAsync();
        await FailsAsync(StoreErrorCode.NotFound, () => GetAsync(store, "f"));
        await FailsAsync(StoreErrorCode.NotFound, () => store.StatAsync("f", Cancel));
        await FailsAsync(StoreErrorCode.NotFound, () => store.GetLengthAsync("f", Cancel));
    }

    [Fact]
    public async Task Writing_fails()
    {
        await using var store = await OpenMissingAsync();
        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Replace })
        {
            await FailsAsync(StoreErrorCode.NotFound, async () =>
            {
                await using var stream = await store.OpenWriteAsync("f", mode, cancellationToken: Cancel);
                await stream.WriteAsync(Content(10), Cancel);
                await stream.CompleteAsync(Cancel);
            });
        }
    }

    [Fact]
    public async Task Listing_fails()
    {
        await using var store = await OpenMissingAsync();
        Needs(store.Capabilities.List, "Listing is not declared; CapabilityTests asserts that it is refused.");
        await FailsAsync(StoreErrorCode.NotFound, async () =>
        {
            await foreach (var entry in store.ListAsync(cancellationToken: Cancel))
                Assert.Fail($"A container that does not exist listed {entry}.");
        });
    }

    [Fact]
    public async Task Copying_and_moving_fail()
    {
        await using var store = await OpenMissingAsync();
        await FailsAsync(StoreErrorCode.NotFound, () => store.CopyAsync("f", "g", WriteMode.Replace, Cancel));
        await FailsAsync(StoreErrorCode.NotFound, () => store.MoveAsync("f", "g", WriteMode.Replace, Cancel));
    }

    [Fact]
    public async Task Removing_finds_nothing_or_fails()
    {
        await using var store = await OpenMissingAsync();
        try
        {
            Assert.False(await store.RemoveAsync("f", Cancel));
        }
        catch (StoreException e)
        {
            Assert.Equal(StoreErrorCode.NotFound, e.Code);
        }
    }

    private async Task<ArtifactStore> OpenMissingAsync()
    {
        var driver = await Harness.OpenMissingAsync(Cancel);
        Assert.True(driver is not null, "The harness does not open a driver for a missing container: override OpenMissingAsync, or add this suite to Skips with a reason.");
        return new ArtifactStore(driver);
    }
}
