namespace Cairn.Catalog.Records;

/// <summary>Opens the catalog of a store once: its format is checked, and a store without a catalog gets one. Thread-safe.</summary>
internal sealed class CatalogOpening(ArtifactStore store, RecordId ids)
{
    private object? _id;

    /// <summary>Gets the id of the catalog. The first call opens it; a call that fails leaves it to the next one.</summary>
    public async ValueTask<Guid> OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _id) is Guid known)
            return known;
        var id = await CatalogFormat.OpenAsync(store, ids, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _id, id);
        return id;
    }
}
