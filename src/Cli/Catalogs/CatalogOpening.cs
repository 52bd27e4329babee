using Cairn.Artifacts;

namespace Cairn.Cli;

/// <summary>Opens the catalog of a repository.</summary>
internal static class CatalogOpening
{
    private const string IndexFolder = "index";

    /// <summary>Opens a catalog for changes. The first change begins one if there is none.</summary>
    public static Catalog.Catalog ForChanges(Session session, ArtifactRepository repository, string user) => new(repository, new() { User = user, IndexFolder = IndexFolderOf(session) });

    /// <summary>Opens a catalog whose changes are decided and not written. Its index is not that of the store: it could take in what was not written.</summary>
    public static Catalog.Catalog ForDryRun(ArtifactRepository repository, string user, string indexFolder) => new(View(repository, out _), new() { User = user, IndexFolder = indexFolder });

    /// <summary>Opens a catalog without beginning one.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no catalog.</exception>
    public static async Task<Catalog.Catalog> ForReadingAsync(Session session, ArtifactRepository repository, CancellationToken cancellationToken)
    {
        var catalog = new Catalog.Catalog(View(repository, out var driver), new() { IndexFolder = IndexFolderOf(session) });
        await catalog.GetIdAsync(cancellationToken).ConfigureAwait(false);
        if (driver.IsUnused)
            return catalog;
        await catalog.DisposeAsync().ConfigureAwait(false);
        // A container that does not exist fails here, with that reason.
        await foreach (var _ in repository.Store.ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
            break;
        throw new StoreException(new StoreFault(StoreErrorCode.NotFound, "there is no catalog")
        {
            Advice = "Create one with 'cairn asset save' or 'cairn flow run', or select the store that has one with --store.",
        }).WithContext("open the catalog in", repository.Store.Root);
    }

    /// <summary>Opens a catalog whose index answers as it is. The store is not asked.</summary>
    public static Catalog.Catalog ForCached(Session session, ArtifactRepository repository) => new(View(repository, out _), new() { IndexFolder = IndexFolderOf(session) });

    /// <summary>Publishes the copies of the records for the lists of other machines. If that fails, the changes are made all the same, so it is a note.</summary>
    public static async Task FlushAsync(Session session, Catalog.Catalog catalog, CancellationToken cancellationToken)
    {
        try
        {
            await catalog.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            session.Note($"note: the change is made, but lists on other machines will show it only after the next change of the asset or after 'cairn catalog sync --full': {e.Message}");
        }
    }

    /// <summary>The folder for the index in the workspace; null, for the user's cache folder, without a workspace.</summary>
    public static string? IndexFolderOf(Session session) => session.FindWorkspace() is null ? null : Path.Join(session.Workspace.Folder, IndexFolder);

    /// <summary>A view of a repository in which nothing can be changed.</summary>
    private static ArtifactRepository View(ArtifactRepository repository, out DryRunDriver driver) => new(DryRunDriver.Over(repository.Store, out driver), repository.Materializers, StorePath.Root);
}
