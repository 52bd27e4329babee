using System.Net;

namespace Cairn.Plugins.WebDav;

/// <summary>An exclusive lock on the server: while it is held, no one else writes there.</summary>
internal sealed class WebDavLock : IAsyncDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly WebDavClient _client;
    private readonly TimeProvider _clock;
    private readonly Uri _url;
    private long _refreshed;
    private bool _released;

    private WebDavLock(WebDavClient client, Uri url, string? token, TimeProvider clock) =>
        (_client, _url, Token, _clock, _refreshed) = (client, url, token, clock, clock.GetTimestamp());

    /// <summary>The lock's token; null for <see cref="None"/>.</summary>
    public string? Token { get; }

    /// <summary>What stands for a lock where the store works without them.</summary>
    public static WebDavLock None(WebDavClient client, Uri url, TimeProvider clock) => new(client, url, null, clock);

    /// <summary>Takes the lock, waiting while another holds it.</summary>
    /// <returns>The lock, or null when the server says that the parent directory is missing (or is no directory).</returns>
    public static async ValueTask<WebDavLock?> TakeAsync(WebDavClient client, Uri url, bool tree, TimeSpan wait, TimeProvider clock, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            var (status, token) = await client.LockAsync(url, tree, Lifetime, cancellationToken).ConfigureAwait(false);
            if (token is not null)
                return new(client, url, token, clock);
            if (status is HttpStatusCode.Conflict or HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MovedPermanently)
                return null;
            if (status != HttpStatusCode.Locked)
            {
                throw new ArtifactStoreException(new(StoreErrorCode.Unsupported, $"the server refuses to lock: {(int)status}")
                {
                    Advice = "Where it has no locks, open the store with lock=false; it can then only replace.",
                });
            }
            if (clock.GetElapsedTime(started) > wait)
                throw new ArtifactStoreException(StoreErrorCode.Unavailable, $"another writer has held the lock for {wait.TotalSeconds} s");
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(10, 40 << Math.Min(tries, 4))), clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Prolongs the lock when a good part of its life is over.</summary>
    public async ValueTask KeepAsync(CancellationToken cancellationToken)
    {
        if (Token is null || _clock.GetElapsedTime(_refreshed) < Lifetime / 4)
            return;
        await _client.RefreshAsync(_url, Token, Lifetime, cancellationToken).ConfigureAwait(false);
        _refreshed = _clock.GetTimestamp();
    }

    /// <summary>Says that the lock went with what it was on.</summary>
    public void Forget() => _released = true;

    /// <summary>Gives the lock back. If that fails the server drops it when its life is over, and no exception hides the one under way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_released || Token is null)
            return;
        _released = true;
        using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(10), _clock);
        await _client.UnlockAsync(_url, Token, brief.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
