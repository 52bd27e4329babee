using Cairn.Catalog.States;

namespace Cairn.Catalog;

public sealed partial class RunCollection
{
    /// <summary>Makes an output of a run the next version of an asset. The version says which task made it.</summary>
    /// <param name="output">The output, such as <c>Train/latest/fit#model</c>.</param>
    /// <param name="asset">The name of the asset.</param>
    /// <param name="options">Metadata, aliases and the mode. Optional.</param>
    /// <param name="cancellationToken">Cancels the promotion.</param>
    /// <returns>The version; see <see cref="AssetCollection.RegisterAsync"/>.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no such output, or its content was removed.</exception>
    public async Task<AssetVersion> PromoteAsync(RunReference output, string asset, AssetSaveOptions? options = null, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(Freshness.Synchronized, cancellationToken).ConfigureAwait(false);
        var found = await GetOutputAsync(output, Freshness.Cached, cancellationToken).ConfigureAwait(false);
        var run = reader.FindTask(found.TaskId)?.RunId ?? throw new FormatException("The index has an output without its task.");
        return await _assets.RegisterAsync(asset, found.Digest, (options ?? new()) with { Producer = new(run, found.TaskId) }, cancellationToken).ConfigureAwait(false);
    }
}
