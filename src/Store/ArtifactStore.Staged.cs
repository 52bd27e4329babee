using System.Runtime.CompilerServices;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Lists what interrupted writers have left: bytes that take space and are never visible as files. What a living writer has staged is among them.</summary>
    /// <param name="olderThan">Only what began, or was last written, at least so long ago; zero for all.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/> where writers leave nothing that could be listed.</exception>
    public async IAsyncEnumerable<StagedUpload> ListStagedAsync(TimeSpan olderThan, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan, TimeSpan.Zero);
        Enter(cancellationToken);
        if (!Capabilities.Staged)
            throw CreateException(StoreErrorCode.Unsupported, "this store has nothing staged that could be listed", StoreOperations.Clean, default);
        var latest = Options.TimeProvider.GetUtcNow() - olderThan;
        var all = _driver.ListStagedAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var ending = all.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await all.MoveNextAsync().ConfigureAwait(false))
                    yield break;
            }
            catch (Exception e) when (IsRaw(e, StoreOperations.Clean, default, cancellationToken))
            {
                throw Wrap(e, StoreOperations.Clean, default);
            }
            if (all.Current.Started <= latest)
                yield return all.Current;
        }
    }

    /// <summary>Removes what an interrupted writer has left; succeeds when it is gone. A writer that is still alive then fails, and publishes nothing.</summary>
    /// <param name="staged">One of <see cref="ListStagedAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(staged);
        Enter(cancellationToken);
        var path = staged.Path ?? default;
        if (!Capabilities.Staged)
            throw CreateException(StoreErrorCode.Unsupported, "this store has nothing staged that could be removed", StoreOperations.Clean, path);
        try
        {
            await _driver.RemoveStagedAsync(staged, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRaw(e, StoreOperations.Clean, path, cancellationToken))
        {
            throw Wrap(e, StoreOperations.Clean, path);
        }
    }
}
