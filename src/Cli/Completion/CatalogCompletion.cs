using Cairn.Cli.Commands;

namespace Cairn.Cli;

/// <summary>Completes from the index of a catalog on this machine. Its callers are not inlined, so that other completions do not load the assembly of the catalog.</summary>
internal static class CatalogCompletion
{
    public static async Task<IReadOnlyList<string>> CompleteAsync(
        Session session, string store, Func<Cairn.Catalog.Catalog, Task<IReadOnlyList<string>>> find, CancellationToken cancellationToken)
    {
        try
        {
            var catalog = CatalogOpening.ForCached(session, await ArtifactOptions.OpenAsync(session, store, cancellationToken).ConfigureAwait(false));
            await using var closing = catalog.ConfigureAwait(false);
            return catalog.GetCachedStatus() is null ? [] : await find(catalog).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or FormatException or UsageException or ArgumentException)
        {
            // An incomplete reference has no completions, and a completion does not report errors.
            return [];
        }
    }
}
