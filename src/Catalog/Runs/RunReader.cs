using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Index;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog.Runs;

/// <summary>Makes the objects that users see from what the index has.</summary>
/// <param name="repository">The repository of the outputs.</param>
/// <param name="index">The index.</param>
/// <param name="life">Tells which runs are lost; null to ask nobody.</param>
internal sealed class RunReader(ArtifactRepository repository, CatalogIndex index, RunLife? life)
{
    public ArtifactRepository Repository => repository;

    public CatalogIndex Index => index;

    public async Task<RunInfo> CreateAsync(RunItem run, CancellationToken cancellationToken)
    {
        var status = run.Status;
        if (life is not null && status is RunStatus.Pending or RunStatus.Running
            && await life.IsLostAsync(run.Id, index.Query((runs, _) => runs.LastSign(run)), cancellationToken).ConfigureAwait(false))
            status = RunStatus.Lost;
        return new(this, run, status, ReferenceOf(run));
    }

    public RunReference ReferenceOf(RunItem run) => RunReference.Of(run.Flow, run.IsAmbiguous
        ? ShortRunId.Of(run.Id, index.Query((runs, _) => runs.Find(run.Fold, RowIds.Tail(run.Id))).Select(o => o.Id))
        : ShortRunId.Of(run.Id));

    /// <summary>The record of a run.</summary>
    public RunRecord RecordOf(RunItem run) => RunRecord.Of(Record.Parse(index.Query((runs, _) => runs.Record(run.Row)) ?? throw Gone()));

    /// <summary>Returns a record with its parameters, which it only refers to if they are large.</summary>
    public async Task<RunRecord> LoadParametersAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (run.LargeParameters is not { } artifact || run.Parameters is not null)
            return run;
        var stream = await repository.OpenFileAsync(artifact, null, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        return run with { Parameters = await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false) as JsonObject ?? throw Record.Wrong("params") };
    }

    /// <summary>The records of the tasks of a run: the newest attempt at each, or its progress.</summary>
    public IReadOnlyList<TaskRecord> Records(RunItem run) => [.. index.Query((_, tasks) => tasks.All(run.Row)).Select(RecordOf)];

    /// <summary>The task of an item; the empty item is that of a plain step.</summary>
    public TaskInfo? FindTask(RunInfo run, string step, string item) =>
        index.Query((_, tasks) => tasks.Row(run.Row, step, item) is { } row ? tasks.Get(row) : null) is { } task ? new(this, run, RecordOf(task)) : null;

    /// <summary>The record of a task of any run.</summary>
    public TaskRecord? FindTask(Guid id) => index.Query((_, tasks) => tasks.Find(id)) is { } task ? RecordOf(task) : null;

    /// <summary>The tasks of a step, or of all steps.</summary>
    public IEnumerable<TaskInfo> Tasks(RunInfo run, string? step) => index.Query((_, tasks) => step is null ? tasks.Rows(run.Row) : tasks.Rows(run.Row, step))
        .Select(row => new TaskInfo(this, run, RecordOf(index.Query((_, tasks) => tasks.Get(row)) ?? throw Gone())));

    /// <summary>A member of a record as JSON that users read; an absent one is an empty object.</summary>
    public static JsonElement Element(JsonObject? node) => JsonElement.Parse(RecordJson.Write(node ?? []));

    /// <summary>What the records of a task say.</summary>
    public static TaskRecord RecordOf(TaskItem item)
    {
        var progress = item.Progress is { } reached ? TaskRecord.OfProgress(Record.Parse(reached)) : null;
        if (item.Content is not { } content)
            return progress ?? throw new FormatException("The index has neither a record nor the progress of a task.");
        var task = TaskRecord.Of(Record.Parse(content));
        return progress is null
            ? task
            : task with { Metrics = progress.Metrics.Count > 0 ? progress.Metrics : task.Metrics, Checkpoint = progress.Checkpoint ?? task.Checkpoint };
    }

    private static StoreException Gone() => new(new StoreFault(StoreErrorCode.NotFound, "the index of the catalog was built again since the run was read, and does not have it")
    {
        Advice = "Get the run again.",
    });
}
