using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Listing;

/// <summary>The ranges of one listing between cuts, several at once, handed out in order.</summary>
internal sealed class ListedRanges(StoreCore store, ListRequest request)
{
    /// <summary>How many ranges are read at once.</summary>
    internal const int Window = 8;

    /// <summary>How many pages of a range wait for the reader.</summary>
    internal const int PagesAhead = 4;

    private const int MostPages = 2 * PagesAhead;

    /// <summary>How many cuts the next range spans; the ranges that end tell whether that was too few or too many.</summary>
    private int _span = 1;

    /// <summary>True when the page holds the last entry up to an order key, or what comes after it.</summary>
    public static bool Reaches(IReadOnlyList<StoreEntry> page, string end) => page.Count > 0 && Utf8Order.Compare(page[^1].OrderKey, end) >= 0;

    /// <summary>The entries up to an order key.</summary>
    public static IReadOnlyList<StoreEntry> Until(IReadOnlyList<StoreEntry> page, string end)
    {
        var count = page.Count;
        while (count > 0 && Utf8Order.Compare(page[count - 1].OrderKey, end) > 0)
            count--;
        return count == page.Count ? page : [.. page.Take(count)];
    }

    /// <summary>The pages after the first cut, up to the last.</summary>
    public async IAsyncEnumerable<IReadOnlyList<StoreEntry>> PagesAsync(List<string> cuts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var running = new Queue<Range>();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            for (var next = 0; ;)
            {
                for (; running.Count < Window && next < cuts.Count - 1; next += running.Last().Span)
                {
                    var span = Math.Min(_span, cuts.Count - 1 - next);
                    running.Enqueue(new(store.Driver, request, cuts[next], cuts[next + span], span, ending.Token));
                }
                if (!running.TryPeek(out var first))
                    yield break;
                if (await NextAsync(first, cancellationToken).ConfigureAwait(false) is { } page)
                    yield return page;
                else
                    Learn(running.Dequeue());
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            // What nobody will see fails for nobody.
            foreach (var range in running)
                await range.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ValueTask<IReadOnlyList<StoreEntry>?> NextAsync(Range range, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return store.Guard(StoreOperations.List, request.Directory).RunAsync(range, true, static (range, _, stopping) => range.NextAsync(stopping), cancellationToken);
    }

    private void Learn(Range range)
    {
        // One that was begun under another span tells nothing of this one.
        if (range.Span == _span)
            _span = range.Count <= 1 ? _span * 2 : range.Count > MostPages ? Math.Max(1, _span / 2) : _span;
    }

    /// <summary>What comes after one order key, up to another.</summary>
    private sealed class Range
    {
        private readonly Channel<IReadOnlyList<StoreEntry>> _pages =
            Channel.CreateBounded<IReadOnlyList<StoreEntry>>(new BoundedChannelOptions(PagesAhead) { SingleReader = true, SingleWriter = true });

        public Range(StoreDriver driver, ListRequest request, string after, string end, int span, CancellationToken cancellationToken)
        {
            Span = span;
            Running = RunAsync(driver.ListAsync(request with { StartAfter = after }, cancellationToken), end, cancellationToken);
        }

        public int Span { get; }

        /// <summary>How many pages came; meaningful at the end.</summary>
        public int Count { get; private set; }

        /// <summary>The reading; it never fails: the failure comes with the pages.</summary>
        public Task Running { get; }

        public async ValueTask<IReadOnlyList<StoreEntry>?> NextAsync(CancellationToken cancellationToken) =>
            await _pages.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _pages.Reader.TryRead(out var page) ? page : null;

        private async Task RunAsync(IAsyncEnumerable<IReadOnlyList<StoreEntry>> listing, string end, CancellationToken cancellationToken)
        {
            await Task.Yield();
            try
            {
                await foreach (var page in listing.WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    Count++;
                    await _pages.Writer.WriteAsync(Until(page, end), cancellationToken).ConfigureAwait(false);
                    if (Reaches(page, end))
                        break;
                }
                _pages.Writer.Complete();
            }
            catch (Exception e)
            {
                _pages.Writer.Complete(e);
            }
        }
    }
}
