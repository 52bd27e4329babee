using System.Runtime.CompilerServices;
using Cairn.Artifacts;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Index;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Runs;
using Cairn.Errors;

namespace Cairn.Catalog;

/// <summary>The runs of a catalog, as they were recorded.</summary>
/// <remarks>
/// <para>Runs are read from the index on this machine, which is brought up to the store first: what others have published before the call is visible. Thread-safe.</para>
/// <para>Calls throw <see cref="StoreException"/>: <see cref="StoreErrorCode.NotFound"/> if a reference leads nowhere, or to more than one run; and the errors of the store.</para>
/// </remarks>
public sealed partial class RunCollection
{
    private const int PageSize = 200;
    private readonly ArtifactRepository _repository;
    private readonly AssetCollection _assets;
    private readonly RecordSource _source;
    private readonly FeedPublisher _feed;
    private readonly SyncedIndex _index;
    private readonly RunChains _chains;
    private readonly RunLife _life;

    internal RunCollection(ArtifactRepository repository, AssetCollection assets, RecordSource source, FeedPublisher feed, SyncedIndex index)
    {
        _assets = assets;
        (_repository, _source, _feed, _index) = (repository, source, feed, index);
        _chains = new(repository.Store, source, feed);
        _life = new(repository.Store, feed);
    }

    /// <summary>Gets a run.</summary>
    /// <param name="reference">The run: <c>Train/7k3f9q2x</c>, <c>Train/latest</c>, <c>Train/latest-successful</c>, or the id. The latest run is one that is not deleted; others may be.</param>
    /// <param name="freshness">How new the answer has to be. Default: all that is published.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<RunInfo> GetAsync(RunReference reference, Freshness freshness = Freshness.Synchronized, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(freshness, cancellationToken).ConfigureAwait(false);
        var run = await reader.CreateAsync(new RunResolver(reader.Index).FindRun(reference), cancellationToken).ConfigureAwait(false);
        return run.Load();
    }

    /// <summary>Gets a task of a run.</summary>
    /// <param name="reference">The task: a run with <c>/step</c>, and <c>/item</c> for a step that has tasks for items.</param>
    /// <param name="freshness">How new the answer has to be. Default: all that is published.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<TaskInfo> GetTaskAsync(RunReference reference, Freshness freshness = Freshness.Synchronized, CancellationToken cancellationToken = default) =>
        (await FindTaskAsync(reference, hasOutput: false, freshness, cancellationToken).ConfigureAwait(false)).Task;

    /// <summary>Gets a task by its id, such as <see cref="TaskInfo.CachedFrom"/>.</summary>
    /// <param name="id">The id of an attempt.</param>
    /// <param name="freshness">How new the answer has to be. Default: all that is published.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The task; null if the catalog does not have it.</returns>
    public async Task<TaskInfo?> TryGetTaskAsync(Guid id, Freshness freshness = Freshness.Synchronized, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(freshness, cancellationToken).ConfigureAwait(false);
        return await FindTaskAsync(reader, id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets an output of a task, or a member of the state after it.</summary>
    /// <param name="reference">The output: a task with <c>#name</c>.</param>
    /// <param name="freshness">How new the answer has to be. Default: all that is published.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<OutputInfo> GetOutputAsync(RunReference reference, Freshness freshness = Freshness.Synchronized, CancellationToken cancellationToken = default)
    {
        var (task, output) = await FindTaskAsync(reference, hasOutput: true, freshness, cancellationToken).ConfigureAwait(false);
        return task.Data.Get(output ?? throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"the reference '{ErrorText.Escape(reference.ToString())}' names no output")
        {
            Advice = $"Append '#' and one of {(task.Data.All.Count == 0 ? "its outputs; it has none" : ErrorText.List(task.Data.All.Select(o => ErrorText.Escape(o.Name))))}.",
        }));
    }

    /// <summary>Finds out what a reference leads to: a run, a step or a task.</summary>
    /// <param name="reference">The reference. An output that it names is not looked for.</param>
    /// <param name="freshness">How new the answer has to be. Default: all that is published.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<RunTarget> ResolveAsync(RunReference reference, Freshness freshness = Freshness.Synchronized, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(freshness, cancellationToken).ConfigureAwait(false);
        var (item, tail) = new RunResolver(reader.Index).Find(reference, hasOutput: false);
        var run = (await reader.CreateAsync(item, cancellationToken).ConfigureAwait(false)).Load();
        if (tail is not { } place)
            return new(run);
        var step = run[place.Step];
        return new(run)
        {
            Step = step,
            Task = place.Item is { } key ? step.FindTask(key) : step is { Kind: StepKind.ForEach } or { Count: not 1 } ? null : step.Task,
            Output = place.Output,
        };
    }

    /// <summary>Lists runs, the newest first.</summary>
    /// <param name="options">What to list. Optional.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public IAsyncEnumerable<RunInfo> ListAsync(RunListOptions? options = null, CancellationToken cancellationToken = default) => ReadAsync(options ?? new(), PageSize, cancellationToken);

    /// <summary>Gets the first run of a list.</summary>
    internal async Task<RunInfo?> FirstAsync(RunListOptions options, CancellationToken cancellationToken) =>
        await ReadAsync(options, 1, cancellationToken).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);

    private async IAsyncEnumerable<RunInfo> ReadAsync(RunListOptions options, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new RunQuery
        {
            Flow = options.Flow is { } flow ? UnicodeTable.Fold(CatalogName.OfFlow(flow)) : null,
            Statuses = options.Status switch
            {
                null => [],
                // What is lost is recorded as not ended.
                RunStatus.Lost => [RecordValues.Text(RunStatus.Pending), RecordValues.Text(RunStatus.Running)],
                { } status => [RecordValues.Text(status)],
            },
            Tag = options.Tag,
            Since = options.Since,
            Until = options.Before,
            Parameters = options.Parameters,
            Metrics = options.Metrics,
            IncludeDeleted = options.IncludeDeleted,
            IncludeDry = options.IncludeDryRuns,
            PageSize = pageSize,
        };
        var reader = await OpenAsync(options.Freshness, cancellationToken).ConfigureAwait(false);
        string? after = null;
        do
        {
            var page = reader.Index.List(query with { After = after });
            // The signs of life of the runs that look running are asked for at once.
            foreach (var run in await Task.WhenAll(page.Items.Select(r => reader.CreateAsync(r, cancellationToken))).ConfigureAwait(false))
            {
                if (options.Status is null || options.Status == run.Status)
                    yield return run;
            }
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>Finds the newest task that has succeeded with a key of the step cache, in a run that is not deleted.</summary>
    internal async Task<TaskRecord?> FindCachedAsync(string key, CancellationToken cancellationToken)
    {
        var reader = await OpenAsync(Freshness.Synchronized, cancellationToken).ConfigureAwait(false);
        return reader.Index.Query((_, tasks) => tasks.Cached(key)) is { } task ? RunReader.RecordOf(task) : null;
    }

    /// <summary>Finds tasks of a step that have succeeded with a key of the step cache, in runs that are not deleted; the newest run first.</summary>
    internal async Task<IReadOnlyList<TaskRecord>> FindCachedAsync(string flow, string step, int limit, CancellationToken cancellationToken)
    {
        var reader = await OpenAsync(Freshness.Synchronized, cancellationToken).ConfigureAwait(false);
        return [.. reader.Index.Query((_, tasks) => tasks.Cached(UnicodeTable.Fold(CatalogName.OfFlow(flow)), step, limit)).Select(RunReader.RecordOf)];
    }

    /// <summary>Finds the names that tasks of a step have read from earlier tasks, as far as the index on this machine knows. No request is made.</summary>
    internal IReadOnlyList<string> FindReads(string flow, string step, int tasks)
    {
        try
        {
            return _index.TryOpen() is { } index ? index.Query((_, all) => all.Reads(UnicodeTable.Fold(CatalogName.OfFlow(flow)), step, tasks)) : [];
        }
        catch (IndexDamagedException)
        {
            // It was removed, and knows nothing.
            return [];
        }
    }

    private async Task<(TaskInfo Task, string? Output)> FindTaskAsync(RunReference reference, bool hasOutput, Freshness freshness, CancellationToken cancellationToken)
    {
        var reader = await OpenAsync(freshness, cancellationToken).ConfigureAwait(false);
        var (item, tail) = new RunResolver(reader.Index).Find(reference, hasOutput);
        var run = await reader.CreateAsync(item, cancellationToken).ConfigureAwait(false);
        if (tail is not { } place)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"the reference '{ErrorText.Escape(reference.ToString())}' names a run, and a task is needed")
            {
                Advice = $"Append '/' and one of its steps: {(run.Steps.Count == 0 ? "it has none" : ErrorText.List(run.Steps.Select(s => ErrorText.Escape(s.Name))))}.",
            });
        }
        return (place.Item is { } key ? run[place.Step].FindTask(key)! : run[place.Step].Task, place.Output);
    }

    private static async Task<TaskInfo?> FindTaskAsync(RunReader reader, Guid id, CancellationToken cancellationToken) =>
        reader.FindTask(id) is { } record && reader.Index.Query((runs, _) => runs.Find(record.RunId)) is { } run
            ? new(reader, await reader.CreateAsync(run, cancellationToken).ConfigureAwait(false), record)
            : null;

    private async Task<RunReader> OpenAsync(Freshness freshness, CancellationToken cancellationToken) =>
        new(_repository, await _index.OpenAsync(freshness, cancellationToken).ConfigureAwait(false), freshness == Freshness.Cached ? null : _life);
}
