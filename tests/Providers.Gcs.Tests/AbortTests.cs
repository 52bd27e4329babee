using Cairn.Tests;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>What aborted writers leave, and how it goes.</summary>
public sealed class AbortTests : GcsTest
{
    private const int Part = 256 << 10;

    [Theory]
    [InlineData("always")]
    [InlineData("never")]
    public async Task Writes_cancelled_at_any_point_show_nothing_partial_and_leave_nothing_after_cleaning(string composite)
    {
        var store = await OpenAsync($"composite={composite}");
        var writes = new AbortedWrites();

        await writes.CancelAsync(store, "cancelled", AbortedWrites.Count, Part, Cancel);

        await CheckAsync(writes, "cancelled", composite);
    }

    [Theory]
    [InlineData("always")]
    [InlineData("never")]
    public async Task Killed_writers_show_nothing_partial_and_leave_nothing_after_cleaning(string composite)
    {
        var writes = new AbortedWrites();

        await writes.KillAsync(seed => [Program.WriterArgument, Fake.Endpoint.AbsoluteUri, Bucket, composite, $"{seed}"], AbortedWrites.Count, Cancel);

        await CheckAsync(writes, "killed", composite);
    }

    /// <summary>Parts are objects, listed as staged. Sessions of resumable uploads cannot be listed: they are no objects, and the service drops them after a week.</summary>
    private async Task CheckAsync(AbortedWrites writes, string root, string composite)
    {
        writes.Aborted.ShouldBeGreaterThanOrEqualTo(AbortedWrites.Count);
        var store = await OpenAsync();
        var removed = await AbortedWrites.CleanAsync(store, Cancel);
        (await store.ListStagedAsync(TimeSpan.Zero, Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
        var files = await writes.CheckAsync(store, root, Cancel);
        Fake.ObjectNames(Bucket).Order().ShouldBe(files.Select(f => f.Value).Order());
        var sessions = Fake.OpenUploads;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{root}, composite={composite}: {writes.Aborted} aborted; {files.Count} files, all whole; {removed} left-overs removed; {sessions} sessions that only a week ends");
        Fake.ExpireUploads();
        Fake.OpenUploads.ShouldBe(0);
        Fake.ObjectNames(Bucket).Count.ShouldBe(files.Count);
    }
}
