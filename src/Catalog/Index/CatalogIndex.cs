using Cairn.Catalog.Chains;
using Cairn.Catalog.Telemetry;

namespace Cairn.Catalog.Index;

/// <summary>The index of a catalog on this machine: a database that answers lists and searches, and that anybody may delete at any time.</summary>
/// <param name="file">The file of the index.</param>
/// <param name="store">The store.</param>
/// <param name="catalog">The id of the catalog.</param>
/// <param name="time">The clock.</param>
/// <remarks>Thread-safe. Queries read a local file and do not wait for the store; they see what was applied last.</remarks>
internal sealed class CatalogIndex(IndexFile file, ArtifactStore store, Guid catalog, TimeProvider time) : IDisposable
{
    private const int Attempts = 3;
    private readonly IndexDatabase _database = new(file);
    private readonly SemaphoreSlim _syncing = new(1);

    /// <summary>Opens the index of a catalog.</summary>
    /// <param name="folder">The folder for indexes, on a local disk: the locks of SQLite do not hold on network file systems.</param>
    /// <param name="store">The store.</param>
    /// <param name="catalog">The id of the catalog.</param>
    /// <param name="time">The clock.</param>
    /// <remarks>Removes files of other schemas that are no longer used.</remarks>
    public static CatalogIndex Open(string folder, ArtifactStore store, Guid catalog, TimeProvider time)
    {
        var file = new IndexFile(folder, catalog, store.Root.ToString(), IndexSchema.Number, BootId.Current);
        file.RemoveOthers(time.GetUtcNow());
        return new(file, store, catalog, time);
    }

    /// <summary>Opens the index that a folder holds for a store, whose catalog need not be known.</summary>
    /// <returns>The index; null if there is none, or if the address of the store had several catalogs.</returns>
    public static CatalogIndex? TryOpen(string folder, ArtifactStore store, TimeProvider time) =>
        IndexFile.FindCatalog(folder, store.Root.ToString(), IndexSchema.Number) is { } catalog ? Open(folder, store, catalog, time) : null;

    /// <summary>Applies what the store has and the index has not. If another process writes the index, waits for it for 250 milliseconds.</summary>
    /// <param name="isFull">
    /// Whether to list the chains as well, which finds records whose copy in the feed was lost, and to compare the newest record of each with the known one, which finds a chain that was replaced.
    /// Takes requests in proportion to the number of records.
    /// </param>
    /// <param name="cancellationToken">Cancels the synchronization; what is applied stays.</param>
    /// <exception cref="StoreWentBackException">The store no longer has a batch that was read. The index was dropped.</exception>
    public Task<SyncResult> SyncAsync(bool isFull, CancellationToken cancellationToken) => SyncAsync(isFull, fromCheckpoint: true, cancellationToken);

    /// <summary>Removes the content, and builds it again.</summary>
    /// <param name="fromRecords">Whether to read all records, instead of the newest checkpoint and those after it.</param>
    /// <param name="cancellationToken">Cancels the build; what is applied stays.</param>
    public async Task<SyncResult> RebuildAsync(bool fromRecords, CancellationToken cancellationToken)
    {
        Drop();
        return await SyncAsync(isFull: fromRecords, fromCheckpoint: !fromRecords, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the content.</summary>
    public void Drop() => _database.Drop();

    private async Task<SyncResult> SyncAsync(bool isFull, bool fromCheckpoint, CancellationToken cancellationToken)
    {
        using var activity = CatalogInstruments.Source.StartActivity("synchronize index");
        await _syncing.WaitAsync(cancellationToken).ConfigureAwait(false);
        var started = time.GetTimestamp();
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var result = await _database.TryBuildAsync(b => RunAsync(b)).ConfigureAwait(false) ?? await RunAsync(_database).ConfigureAwait(false);
                    CatalogInstruments.SyncRecordCount.Add(result.Applied);
                    return result.IsLeft ? result with { Behind = await CountBehindAsync(cancellationToken).ConfigureAwait(false) } : result;
                }
                catch (IndexDamagedException) when (attempt < Attempts)
                {
                    // The damaged file is gone; it is built again from the store.
                }
            }
        }
        catch (StoreWentBackException)
        {
            _database.Drop();
            throw;
        }
        catch (Exception e)
        {
            activity.Fail(e);
            throw;
        }
        finally
        {
            CatalogInstruments.SyncDurations.Record(time.GetElapsedTime(started).TotalSeconds);
            _syncing.Release();
        }

        Task<SyncResult> RunAsync(IIndexTarget target) => new IndexSync(store, catalog, target, time).RunAsync(isFull, fromCheckpoint, cancellationToken);
    }

    /// <summary>Gets what the index contains.</summary>
    public IndexStatus Status() => _database.Read(c => new IndexStatus(
        c.Integer("SELECT count(*) FROM asset WHERE gone = 0")!.Value,
        c.Integer("SELECT count(*) FROM version")!.Value,
        c.Integer("SELECT count(*) FROM unreadable")!.Value,
        c.Integer("SELECT at FROM feed_cursor ORDER BY at DESC") is { } cursor ? ColumnValues.ToTime(cursor) : null,
        c.Integer("SELECT value FROM meta WHERE key = 'synced'") is { } synced ? ColumnValues.ToTime(synced) : null,
        null));

    /// <summary>Gets what the index contains, and asks the store how many batches it lacks.</summary>
    public async Task<IndexStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var behind = await CountBehindAsync(cancellationToken).ConfigureAwait(false);
        return Status() with { Behind = behind };
    }

    private Task<int> CountBehindAsync(CancellationToken cancellationToken) => new IndexSync(store, catalog, _database, time).CountBehindAsync(cancellationToken);

    /// <summary>Finds the asset that owns a name.</summary>
    /// <param name="fold">The fold key of the name.</param>
    /// <returns>The asset; null if the index knows of no owner.</returns>
    public AssetItem? FindAsset(string fold) => _database.Read(c => new AssetQueries(c).Find(fold));

    /// <summary>Finds a version by its number.</summary>
    public VersionItem? FindVersion(Guid asset, int number) => _database.Read(c => new VersionQueries(c).Find(asset, number));

    /// <summary>Finds the version that an alias names.</summary>
    public VersionItem? FindVersion(Guid asset, string alias) => _database.Read(c =>
        c.Integer("SELECT n FROM alias WHERE name = $1 AND asset = (SELECT id FROM asset WHERE uuid = $0)", asset.ToBytes(), alias) is { } number
            ? new VersionQueries(c).Find(asset, (int)number)
            : null);

    /// <summary>Gets the aliases of an asset, by name.</summary>
    public IReadOnlyList<AliasItem> Aliases(Guid asset) => _database.Read(c => c.Rows(
        "SELECT name, n, fixed, seq, moved_at, moved_by FROM alias WHERE asset = (SELECT id FROM asset WHERE uuid = $0) ORDER BY name", AliasItem.Of, asset.ToBytes()));

    /// <summary>Gets the moves of an alias, the first one first.</summary>
    public IReadOnlyList<AliasMoveItem> AliasMoves(Guid asset, string alias) => _database.Read(c => c.Rows(
        "SELECT seq, from_n, to_n, at, by, why FROM alias_move WHERE asset = (SELECT id FROM asset WHERE uuid = $0) AND name = $1 ORDER BY seq", AliasMoveItem.Of, asset.ToBytes(), alias));

    /// <summary>Lists assets.</summary>
    /// <exception cref="ArgumentException">The cursor is not one of this query.</exception>
    public IndexPage<AssetItem> List(AssetQuery query) => _database.Read(c => new AssetQueries(c).List(query));

    /// <summary>Lists versions.</summary>
    /// <exception cref="ArgumentException">The cursor is not one of this query.</exception>
    public IndexPage<VersionItem> List(VersionQuery query) => _database.Read(c => new VersionQueries(c).List(query));

    /// <summary>Lists runs.</summary>
    /// <exception cref="ArgumentException">The cursor is not one of this query.</exception>
    public IndexPage<RunItem> List(RunQuery query) => _database.Read(c => new RunQueries(c).List(query));

    /// <summary>Asks for runs and their tasks.</summary>
    public T Query<T>(Func<RunQueries, TaskQueries, T> query) => _database.Read(c => query(new(c), new(c)));

    public void Dispose()
    {
        _database.Dispose();
        _syncing.Dispose();
    }
}
