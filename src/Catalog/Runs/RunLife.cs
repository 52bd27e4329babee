using Cairn.Catalog.Feed;
using Cairn.Catalog.Recording;

namespace Cairn.Catalog.Runs;

/// <summary>Finds out whether runs that did not end are still running.</summary>
internal sealed class RunLife(ArtifactStore store, FeedPublisher feed)
{
    /// <summary>How old the newest sign of a running run may be.</summary>
    public static readonly TimeSpan Limit = 3 * LiveSign.Period;

    /// <summary>Whether a run is lost: neither its newest record nor its sign of life is of the last three minutes.</summary>
    /// <param name="run">The run.</param>
    /// <param name="lastRecord">When its newest record was written.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<bool> IsLostAsync(Guid run, DateTimeOffset lastRecord, CancellationToken cancellationToken)
    {
        var now = feed.StoreTime;
        // A record of the future has the time of a clock that is wrong.
        if ((now - lastRecord).Duration() <= Limit)
            return false;
        var sign = await store.TryStatAsync(LiveSign.PathOf(run), cancellationToken).ConfigureAwait(false);
        // A store without times cannot tell.
        return sign is null || (sign.Modified is { } modified && now - modified > Limit);
    }
}
