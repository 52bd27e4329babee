namespace Cairn.Providers.S3.Tests;

public sealed class ListTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_tree_is_listed_in_order_with_few_more_requests()
    {
        await using var box = await S3Box.CreateAsync();
        var (straight, store) = (await box.StraightAsync(), await box.ThroughAsync());
        var names = (from d in Enumerable.Range(0, 48) from f in Enumerable.Range(0, 100) select $"d/{d:d2}/{f:d2}").ToArray();
        var many = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel };
        await Parallel.ForEachAsync(names, many, async (name, token) => await straight.WriteBytesAsync(name, new byte[1], WriteMode.CreateNew, cancellationToken: token));
        box.Proxy.ResetCounters();
        (await store.ListAsync("d", new ListOptions { Recursive = true }, Cancel).Select(static e => e.Path.Value).ToListAsync(Cancel)).ShouldBe(names);
        // Five pages in one listing; the cuts after the fourth, and at most one more for each part.
        box.Proxy.Counters.Requests.ShouldBeInRange(6, 30);
    }
}
