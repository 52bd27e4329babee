using System.Diagnostics.CodeAnalysis;
using Cairn.Artifacts;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Records;
using Cairn.Materializers;

namespace Cairn.Catalog;

/// <summary>Named, versioned assets over the artifacts of a store. The store is the catalog: no server and no database are needed, and a copy of the store is a copy of the catalog.</summary>
/// <remarks>It holds no connection and is not disposed. It does not own the store. Thread-safe.</remarks>
public sealed class Catalog
{
    private Catalog(ArtifactRepository repository, Guid id, RecordSource source) => (Repository, Id, Assets) = (repository, id, new(repository, source));

    /// <summary>Gets the id of the catalog, which a copy of the store shares.</summary>
    public Guid Id { get; }

    /// <summary>Gets the repository of the artifacts.</summary>
    public ArtifactRepository Repository { get; }

    /// <summary>Gets the assets.</summary>
    public AssetCollection Assets { get; }

    /// <summary>Opens the catalog of a store, with the built-in materializers.</summary>
    /// <param name="store">The store of the artifacts, which is not disposed.</param>
    /// <param name="options">The options. Optional.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The catalog; see <see cref="OpenAsync(ArtifactRepository, CatalogOptions?, CancellationToken)"/>.</returns>
    [RequiresUnreferencedCode("JSON by reflection inspects members that trimming may remove; pass an ArtifactRepository.")]
    [RequiresDynamicCode("JSON by reflection generates code at run time; pass an ArtifactRepository.")]
    public static Task<Catalog> OpenAsync(ArtifactStore store, CatalogOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), options, cancellationToken);

    /// <summary>Opens the catalog of a repository. If it has none, one is begun.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="options">The options. Optional.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The catalog. One in a read-only store can be read.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.Unsupported"/>: the store cannot create a file only if it does not exist, or the catalog needs newer software. <see cref="StoreErrorCode.NotFound"/>:
    /// the store is read-only and holds no catalog. Also other errors
    /// of the store.
    /// </exception>
    public static Task<Catalog> OpenAsync(ArtifactRepository repository, CatalogOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return OpenAsync(repository, options ?? new(), new RecordId(repository.Store.Options.TimeProvider), cancellationToken);
    }

    internal static async Task<Catalog> OpenAsync(ArtifactRepository repository, CatalogOptions options, RecordId ids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options.User, nameof(options));
        MetadataLimits.CheckText(options.User, "the id of the user");
        var id = await CatalogFormat.OpenAsync(repository.Store, ids, cancellationToken).ConfigureAwait(false);
        return new(repository, id, new(repository.Store.Options.TimeProvider, options.User, ids));
    }
}
