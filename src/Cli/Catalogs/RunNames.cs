using Cairn.Catalog;

namespace Cairn.Cli;

/// <summary>Finds the references by which people know runs and tasks.</summary>
internal static class RunNames
{
    /// <summary>Returns the reference to a run; its id if the catalog does not have it.</summary>
    public static async Task<string> OfRunAsync(Catalog.Catalog catalog, Guid id, CancellationToken cancellationToken)
    {
        try
        {
            return (await catalog.Runs.GetAsync(id, Freshness.Cached, cancellationToken).ConfigureAwait(false)).Reference.ToString();
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return id.ToString();
        }
    }

    /// <summary>Returns the reference to a task; its id if the catalog does not have it.</summary>
    public static async Task<string> OfTaskAsync(Catalog.Catalog catalog, Guid id, CancellationToken cancellationToken) =>
        (await catalog.Runs.TryGetTaskAsync(id, Freshness.Cached, cancellationToken).ConfigureAwait(false))?.Reference.ToString() ?? id.ToString();
}
