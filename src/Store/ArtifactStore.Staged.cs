using System.Runtime.CompilerServices;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>
    /// Lists the data that interrupted writers have left, which uses space and is never visible as files. The staged data of active writers is included.
    /// </summary>
    /// <param name="olderThan">Only what began, or was last written, at least so long ago; zero for all.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/> where writers leave nothing that could be listed.</exception>
    public async IAsyncEnumerable<StagedUpload> ListStagedAsync(TimeSpan olderThan, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan, TimeSpan.Zero);
        Core.Enter(cancellationToken);
        var guard = Core.Guard(StoreOperations.Clean, default);
        var latest = Options.TimeProvider.GetUtcNow() - olderThan;
        var all = guard.Run(Core.Driver, cancellationToken, static (driver, stopping) => driver.ListStagedAsync(stopping).GetAsyncEnumerator(stopping));
        await using var ending = all.ConfigureAwait(false);
        while (await guard.RunAsync(all, true, static (all, _, _) => all.MoveNextAsync(), cancellationToken).ConfigureAwait(false))
        {
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
        Core.Enter(cancellationToken);
        await Core.Guard(StoreOperations.Clean, staged.Path ?? default)
            .RunAsync(Core.Driver, staged, static (driver, staged, stopping) => driver.RemoveStagedAsync(staged, stopping), cancellationToken).ConfigureAwait(false);
    }
}
