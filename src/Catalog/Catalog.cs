using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Cairn.Artifacts;
using Cairn.Catalog.Assets;
using Cairn.Catalog.Checkpoints;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Index;
using Cairn.Catalog.Keys;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Names;
using Cairn.Catalog.Recording;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Telemetry;
using Cairn.Catalog.Verification;
using Cairn.Materializers;

namespace Cairn.Catalog;

/// <summary>Named, versioned assets over the artifacts of a store. The store is the catalog: no server and no database are needed, and a copy of the store is a copy of the catalog.</summary>
/// <remarks>
/// <para>Each change is one record in the store and exists when the call returns. Copies of the records are published in the background, for the lists of other machines; disposal waits for
/// them.</para>
/// <para>Lists and searches read an index on this machine, which is built from the store when it is first needed, and which anybody may delete at any time.</para>
/// <para>A process needs one instance for each catalog. It does not own the store. Thread-safe.</para>
/// </remarks>
public sealed class Catalog : IAsyncDisposable
{
    private readonly CatalogOpening _opening;
    private readonly FeedPublisher _feed;
    private readonly SyncedIndex _index;
    private readonly CheckpointTrigger _checkpoints;
    private readonly CatalogOptions _options;
    private readonly RecordId _ids;
    private readonly RecordSource _source;
    private readonly RunKeys _runKeys;

    /// <summary>Initializes the catalog of a repository. The first call opens it; <see cref="OpenAsync(ArtifactRepository, CatalogOptions?, CancellationToken)"/> does so at once.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="options">The options. Optional.</param>
    public Catalog(ArtifactRepository repository, CatalogOptions? options = null)
        : this(repository, options ?? new(), null)
    {
    }

    internal Catalog(ArtifactRepository repository, CatalogOptions options, RecordId? ids)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(options.User, nameof(options));
        MetadataLimits.CheckText(options.User, "the id of the user");
        var (store, time) = (repository.Store, repository.Store.Options.TimeProvider);
        (Repository, _options, _ids) = (repository, options, ids ?? new RecordId(time));
        _source = new(time, options.User, _ids);
        _runKeys = new(store, _source);
        _opening = new(store, _ids);
        _checkpoints = new(store.Options.LoggerFactory, MakeCheckpointAsync);
        _feed = new(store, time, _checkpoints.OnBatch);
        _index = new(store, _opening, _feed, options.IndexFolder, time);
        var turns = store.Root.Scheme == "mem" ? null : new MachineTurns(() => Path.Join(IndexFolder.Of(options.IndexFolder), "turns"));
        Assets = new(repository, _source, _opening, _feed, _index, turns);
        Runs = new(repository, Assets, _source, _feed, _index);
        Templates = new(repository.Container);
    }

    /// <summary>Gets the repository of the artifacts.</summary>
    public ArtifactRepository Repository { get; }

    /// <summary>Gets the assets.</summary>
    public AssetCollection Assets { get; }

    /// <summary>Gets the runs.</summary>
    public RunCollection Runs { get; }

    /// <summary>Gets the templates of runs.</summary>
    public TemplateCollection Templates { get; }

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
    /// <returns>The catalog, which the caller disposes. One in a read-only store can be read.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.Unsupported"/>: the store cannot create a file only if it does not exist, or the catalog needs newer software. <see cref="StoreErrorCode.NotFound"/>:
    /// the store is read-only and holds no catalog. Also other errors
    /// of the store.
    /// </exception>
    public static Task<Catalog> OpenAsync(ArtifactRepository repository, CatalogOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(repository, options ?? new(), null, cancellationToken);

    internal static async Task<Catalog> OpenAsync(ArtifactRepository repository, CatalogOptions options, RecordId? ids, CancellationToken cancellationToken)
    {
        var catalog = new Catalog(repository, options, ids);
        await catalog._opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        return catalog;
    }

    /// <summary>Gets the id of the catalog, which a copy of the store shares.</summary>
    /// <param name="cancellationToken">Cancels the opening.</param>
    public ValueTask<Guid> GetIdAsync(CancellationToken cancellationToken = default) => _opening.OpenAsync(cancellationToken);

    /// <summary>Returns the runs of a flow, which need not have any yet.</summary>
    /// <param name="name">The name of the flow; case does not count.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name a flow.</exception>
    public FlowRuns Flow(string name) => new(Runs, CatalogName.OfFlow(name));

    /// <summary>Runs code and records it as a run: it has succeeded if the body returns, and failed or was cancelled if the body throws.</summary>
    /// <param name="flow">The name of the flow.</param>
    /// <param name="body">The code, which runs its steps by <see cref="Run.StepAsync{T}(string, Func{StepContext, Task{T}})"/>.</param>
    /// <param name="options">Parameters, secrets, tags. Optional.</param>
    /// <param name="cancellationToken">Cancels the run, which ends as cancelled.</param>
    /// <returns>The id of the run, when its end is published. An exception of the body is recorded, logged and thrown as it is. If <see cref="RunOptions.Key"/> finds a run, its id; the
    /// body is not called.</returns>
    /// <remarks>
    /// <see cref="Exception.Data"/> of an exception that ends the run has the reference to the run, such as <c>Train/7k3f9q2x</c>, as <c>Cairn.Run</c>; if it comes from a step, also the
    /// reference to the task, such as <c>Train/7k3f9q2x/fit/3</c>, as <c>Cairn.Task</c>.
    /// </remarks>
    public async Task<Guid> RunAsync(string flow, Func<Run, Task> body, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        var run = await StartRunAsync(flow, options, cancellationToken).ConfigureAwait(false);
        await using var ending = run.ConfigureAwait(false);
        if (run.IsExisting)
            return run.Id;
        try
        {
            await body(run).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await run.EndAsync(e).ConfigureAwait(false);
            throw;
        }
        await run.CompleteAsync().ConfigureAwait(false);
        return run.Id;
    }

    /// <summary>Begins a run that the caller ends by <see cref="Run.CompleteAsync"/>. Prefer <see cref="RunAsync"/>, which sees exceptions.</summary>
    /// <param name="flow">The name of the flow.</param>
    /// <param name="options">Parameters, secrets, tags. Optional.</param>
    /// <param name="cancellationToken">Cancels the run, until it has ended.</param>
    /// <returns>The run. The caller disposes it; disposed before it is completed, it has failed.</returns>
    public Task<Run> StartRunAsync(string flow, RunOptions? options = null, CancellationToken cancellationToken = default) => StartRunAsync(flow, [], options ?? new(), cancellationToken);

    /// <summary>Writes tasks of a run that another process has begun, and ends.</summary>
    internal Run JoinRun(RunRecord run, CancellationToken cancellationToken) =>
        new(new(Repository, Assets, _source, _feed, run, RunParameters.Merge(run.Parameters, new())), new(isListening: true, cancellationToken), isOwner: false);

    /// <summary>Begins a run whose steps are known.</summary>
    internal async Task<Run> StartRunAsync(string flow, IReadOnlyList<StepRecord> steps, RunOptions options, CancellationToken cancellationToken)
    {
        var name = CatalogName.OfFlow(flow);
        var record = RunWriter.Create(_source, Repository.Store.Options.TimeProvider.GetUtcNow(), name, options);
        var parameters = RunParameters.Check(options);
        await _opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        RunHold? hold = null;
        if (options.Key is { } key)
        {
            var (claim, origin) = await ClaimRunAsync(key, record.RunId, RunKeys.PrintOf(name, parameters.Json), cancellationToken).ConfigureAwait(false);
            if (claim.RunId != record.RunId)
                return Run.OfExisting(new(Repository, Assets, _source, _feed, record with { RunId = claim.RunId }, options, parameters), cancellationToken);
            (hold, record) = (new(_runKeys, key, claim), record with { Origin = record.Origin ?? origin });
        }
        var writer = new RunWriter(Repository, Assets, _source, _feed, record, options, parameters);
        // A program that learns that the run has begun may send a signal at once.
        var signals = new RunSignals(options.CancelOnSignal, cancellationToken);
        try
        {
            await writer.BeginAsync(steps, cancellationToken).ConfigureAwait(false);
            return new(writer, signals, isOwner: true, hold);
        }
        catch
        {
            signals.Dispose();
            throw;
        }
    }

    /// <summary>Claims the key of a run.</summary>
    /// <returns>The run that the key belongs to, and the lost run that had it before.</returns>
    private async Task<(RunClaim Claim, Guid? Origin)> ClaimRunAsync(string key, Guid run, string print, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(key) is 0 or > MetadataLimits.NameBytes)
            throw new ArgumentException($"The key of a run has 1 to {MetadataLimits.NameBytes} bytes of UTF-8.", nameof(key));
        Guid? lost = null;
        var claim = await _runKeys.ClaimAsync(key, run, print, async (before, stopping) =>
        {
            var (isLost, isRecorded) = await Runs.IsLostAsync(before.RunId, before.At, stopping).ConfigureAwait(false);
            lost = isLost && isRecorded ? before.RunId : null;
            return isLost;
        }, cancellationToken).ConfigureAwait(false);
        return (claim, claim.RunId == run ? lost : null);
    }

    /// <summary>Waits until the copies of the records that this instance has appended are published.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="StoreException">Copies could not be published. The changes are made, but lists on other machines show them only after the next change of their asset, or after a full
    /// synchronization.</exception>
    public Task FlushAsync(CancellationToken cancellationToken = default) => _feed.FlushAsync(cancellationToken);

    /// <summary>Brings the index on this machine up to the store.</summary>
    /// <param name="full">
    /// true to list the chains of all assets as well. That finds records whose copies were never published, because a process ended between the two, and repairs the index; it takes requests in
    /// proportion to the number of records. Default: false.
    /// </param>
    /// <param name="cancellationToken">Cancels the synchronization; what is applied stays.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.IntegrityFailure"/>: the store went back to an earlier state, and the index was dropped; the next call builds it again.
    /// Also other errors of the store.</exception>
    public async Task<CatalogSync> SyncAsync(bool full = false, CancellationToken cancellationToken = default)
    {
        var result = await _index.SyncAsync(full, cancellationToken).ConfigureAwait(false);
        return new(result.Applied, result.Batches, result.IsLeft);
    }

    /// <summary>Deletes the index on this machine and builds it again.</summary>
    /// <param name="fromRecords">true to read all records, instead of the newest checkpoint and the records after it. Default: false.</param>
    /// <param name="cancellationToken">Cancels the build; the next synchronization continues.</param>
    public async Task<CatalogSync> RebuildAsync(bool fromRecords = false, CancellationToken cancellationToken = default)
    {
        await _feed.FlushAsync(cancellationToken).ConfigureAwait(false);
        var index = await _index.OpenAsync(cancellationToken).ConfigureAwait(false);
        var result = await index.RebuildAsync(fromRecords, cancellationToken).ConfigureAwait(false);
        return new(result.Applied, result.Batches, result.IsLeft);
    }

    /// <summary>Returns the content of the index, and asks the store how far it is behind.</summary>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<CatalogStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        var index = await _index.OpenAsync(cancellationToken).ConfigureAwait(false);
        var status = await index.StatusAsync(cancellationToken).ConfigureAwait(false);
        return StatusOf(status);
    }

    /// <summary>Returns the content of the index on this machine, without a request.</summary>
    /// <returns>The content; null if this machine has no index of the catalog. Lists with <see cref="Freshness.Cached"/> make no request if it has one.</returns>
    public CatalogStatus? GetCachedStatus() => _index.TryOpen() is { } index ? StatusOf(index.Status()) : null;

    /// <summary>Writes a checkpoint, from which another machine builds its index with a few requests.</summary>
    /// <param name="cancellationToken">Cancels the checkpoint.</param>
    /// <returns>true; false if another process wrote one at the same time, which serves as well.</returns>
    /// <remarks>All chains are listed, and the records since the last checkpoint are read. An instance writes one by itself after about a thousand batches, in the background.</remarks>
    public Task<bool> CheckpointAsync(CancellationToken cancellationToken = default) => MakeCheckpointAsync(cancellationToken);

    /// <summary>Reads all records of the catalog and reports those that are missing, damaged, or contradict each other, and versions whose content is not in the store.</summary>
    /// <param name="cancellationToken">Cancels the verification.</param>
    /// <returns>The faults, in the order in which they are found; none if the catalog is sound. Nothing is changed.</returns>
    public async IAsyncEnumerable<CatalogFault> VerifyAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var id = await _opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var fault in new CatalogVerifier(Repository, id).VerifyAsync(cancellationToken).ConfigureAwait(false))
            yield return fault;
    }

    /// <summary>Searches names, descriptions, tags and the texts in metadata.</summary>
    /// <param name="text">Words, all of which have to occur; the last one may be the beginning of a word. Case and accents do not count.</param>
    /// <param name="freshness">How new the answer has to be. Default: all that is published.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>First the assets that match, then the versions that match, the newest first. Deleted ones are omitted.</returns>
    public async IAsyncEnumerable<SearchHit> SearchAsync(string text, Freshness freshness = Freshness.Synchronized, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        await foreach (var asset in Assets.ListAsync(new() { Text = text, Freshness = freshness }, cancellationToken).ConfigureAwait(false))
            yield return new(asset, null);
        await foreach (var version in Assets.ListVersionsAsync(new() { Text = text, Freshness = Freshness.Cached }, cancellationToken).ConfigureAwait(false))
            yield return new(null, version);
    }

    /// <summary>Waits for the copies of records that are being published, and closes the index. A checkpoint that is being written is given up.</summary>
    /// <remarks>Copies that could not be published are logged as a warning; call <see cref="FlushAsync"/> first to get the error.</remarks>
    public async ValueTask DisposeAsync()
    {
        await _checkpoints.DisposeAsync().ConfigureAwait(false);
        await _feed.DisposeAsync().ConfigureAwait(false);
        _index.Dispose();
    }

    private static CatalogStatus StatusOf(IndexStatus status) => new(status.Assets, status.Versions, status.Unreadable, status.SyncedAt, status.Behind);

    private async Task<bool> MakeCheckpointAsync(CancellationToken cancellationToken)
    {
        using var activity = CatalogInstruments.Source.StartActivity("write checkpoint");
        var id = await _opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        return await new CheckpointMaker(Repository.Store, id, _ids, Repository.Store.Options.TimeProvider).MakeAsync(_options.User, cancellationToken).ConfigureAwait(false) is not null;
    }
}
