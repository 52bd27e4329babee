using System.Net;

namespace Cairn.Plugins.WebDav;

/// <summary>
/// A lock on the entries of a directory, between all that write through Cairn: a directory of a reserved name in it, since servers make one directory at a time and tell exactly one client
/// that it made it.
/// </summary>
/// <remarks>
/// Not the protocol's own LOCK: nginx' module keeps those in memory and Debian's Apache loses some of them whenever two requests change its lock database at once, which mod_dav_fs does not
/// guard. The lock of a writer that died is broken by whoever has seen it unchanged for <see cref="Lifetime"/>.
/// </remarks>
internal sealed class WebDavLock : IAsyncDisposable
{
    /// <summary>How long a lock may stand before others take it for left behind.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>How often to look whether a lock that stands in the way is still the same.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>How often in all a server may refuse, as Apache does where two ask in the same moment.</summary>
    private const int MostRefusals = 200;

    private readonly WebDavClient _client;
    private readonly Uri? _url;
    private readonly IDisposable? _turn;
    private readonly TimeProvider _clock;
    private readonly long _taken;
    private bool _forgotten;

    private WebDavLock(WebDavClient client, Uri? url, IDisposable? turn, TimeProvider clock) =>
        (_client, _url, _turn, _clock, _taken) = (client, url, turn, clock, clock.GetTimestamp());

    /// <summary>What stands for a lock where the store works without them.</summary>
    public static WebDavLock None(WebDavClient client, TimeProvider clock) => new(client, null, null, clock);

    /// <summary>Takes the lock on a directory's entries, waiting while another holds it.</summary>
    /// <returns>The lock, or null when the directory is missing (or is no directory).</returns>
    public static async ValueTask<WebDavLock?> TakeAsync(WebDavClient client, StorePath directory, Patience patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        var turn = await client.Gates.EnterAsync(directory, cancellationToken).ConfigureAwait(false);
        WebDavLock? held = null;
        try
        {
            if (await AskAsync(client, WebDavKeys.LockOf(directory), patience, clock, cancellationToken).ConfigureAwait(false) is { } url)
                held = new(client, url, turn, clock);
        }
        finally
        {
            if (held is null)
                turn.Dispose();
        }
        return held;
    }

    /// <summary>Says that the lock went with what it was on.</summary>
    public void Forget() => _forgotten = true;

    /// <summary>Gives the lock back. If that fails others break it when its life is over, and no exception hides the one under way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_url is null)
            return;
        // Past its life it may be another's by now.
        if (!_forgotten && _clock.GetElapsedTime(_taken) <= Lifetime)
        {
            using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(10), _clock);
            await ((Task)_client.DeleteAsync(_url, brief.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _turn!.Dispose();
    }

    /// <summary>Makes the directory that is the lock.</summary>
    /// <returns>Its address, or null when there is nothing to make it in.</returns>
    private static async ValueTask<Uri?> AskAsync(WebDavClient client, StorePath path, Patience patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        var url = client.Keys.DirectoryUrl(path);
        (string? Modified, long Since) seen = default;
        var (looked, refusals) = (clock.GetTimestamp(), 0);
        while (true)
        {
            switch (await client.MakeDirectoryAsync(url, cancellationToken).ConfigureAwait(false))
            {
                case HttpStatusCode.Created:
                    return url;
                case HttpStatusCode.Conflict:
                    return null;
                case HttpStatusCode.Forbidden when refusals++ == MostRefusals:
                    throw new StoreException(StoreErrorCode.PermissionDenied, "the server does not let the caller make directories, which a lock is");
            }
            await patience.WaitAsync("another writer has held the lock on its directory", cancellationToken).ConfigureAwait(false);
            if (clock.GetElapsedTime(looked) < LookEvery)
                continue;
            looked = clock.GetTimestamp();
            var modified = (await client.StatAsync(path, cancellationToken).ConfigureAwait(false))?.Modified?.ToString("O");
            if (modified is null || modified != seen.Modified)
                seen = (modified, looked);
            else if (clock.GetElapsedTime(seen.Since) > Lifetime)
                await BreakAsync(client, path, modified, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a lock away that was left behind: by a rename, of which one breaker succeeds, and which is undone where it met a younger lock.</summary>
    private static async ValueTask BreakAsync(WebDavClient client, StorePath path, string seen, CancellationToken cancellationToken)
    {
        var aside = WebDavKeys.TempBeside(path);
        try
        {
            await client.TransferAsync("MOVE", client.Keys.DirectoryUrl(path), client.Keys.DirectoryUrl(aside), overwrite: false, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return;
        }
        var moved = await client.StatAsync(aside, cancellationToken).ConfigureAwait(false);
        if (moved?.Modified?.ToString("O") == seen)
            await client.DeleteAsync(client.Keys.DirectoryUrl(aside), cancellationToken).ConfigureAwait(false);
        else
            await client.TransferAsync("MOVE", client.Keys.DirectoryUrl(aside), client.Keys.DirectoryUrl(path), overwrite: false, cancellationToken).ConfigureAwait(false);
    }
}
