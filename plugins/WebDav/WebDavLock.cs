using System.Net;

namespace Cairn.Plugins.WebDav;

/// <summary>An exclusive lock on a directory: while it is held, no other writer of Cairn's changes what lies right in it, and the server lets no one add or remove there.</summary>
/// <remarks>
/// The directory is locked rather than the file, since servers do not lock a free name exactly: on Apache several writers that ask at once are all told that they have
/// the lock.
/// </remarks>
internal sealed class WebDavLock : IAsyncDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly WebDavClient _client;
    private readonly TimeProvider _clock;
    private bool _released;

    private WebDavLock(WebDavClient client, Uri url, string? token, TimeProvider clock) => (_client, Url, Token, _clock) = (client, url, token, clock);

    /// <summary>What is locked.</summary>
    public Uri Url { get; }

    /// <summary>The lock's token; null for <see cref="None"/>.</summary>
    public string? Token { get; }

    /// <summary>What stands for a lock where the store works without them.</summary>
    public static WebDavLock None(WebDavClient client, Uri url, TimeProvider clock) => new(client, url, null, clock);

    /// <summary>Takes the lock on a directory, with all that is below it or for its own entries alone, waiting while another holds it.</summary>
    /// <returns>The lock, or null when the directory is missing (or is no directory).</returns>
    public static async ValueTask<WebDavLock?> TakeAsync(WebDavClient client, Uri url, bool tree, TimeSpan wait, TimeProvider clock, CancellationToken cancellationToken)
    {
        var patience = new Patience(wait, clock);
        while (true)
        {
            var (status, token) = await client.LockAsync(url, tree, Lifetime, cancellationToken).ConfigureAwait(false);
            switch (status)
            {
                case HttpStatusCode.OK:
                    return new(client, url, token, clock);
                case HttpStatusCode.Created:
                    // The name was free, and is now an empty file or a placeholder: not what was to be locked.
                    await new WebDavLock(client, url, token, clock).DisposeAsync().ConfigureAwait(false);
                    return null;
                case HttpStatusCode.Locked:
                    await patience.WaitAsync("another writer has held the lock on its directory", cancellationToken).ConfigureAwait(false);
                    break;
                case HttpStatusCode.Conflict or HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MovedPermanently:
                    return null;
                default:
                    throw new ArtifactStoreException(new(StoreErrorCode.Unsupported, $"the server refuses to lock: {(int)status}")
                    {
                        Advice = "Where it has no locks, open the store with lock=false; it can then only replace.",
                    });
            }
        }
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
        await _client.UnlockAsync(Url, Token, brief.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
