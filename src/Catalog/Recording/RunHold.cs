using Cairn.Catalog.Keys;

namespace Cairn.Catalog.Recording;

/// <summary>The hold of a running run on its key, which another process takes over if the run gives no sign of life.</summary>
internal sealed class RunHold(RunKeys keys, string key, RunClaim claim)
{
    private Guid? _successor;

    /// <summary>Finds the run that has taken over the key; null if there is none.</summary>
    public async Task<Guid?> FindSuccessorAsync(CancellationToken cancellationToken) => _successor ??= await keys.FindSuccessorAsync(key, claim, cancellationToken).ConfigureAwait(false);
}
