using System.Collections.Concurrent;
using Cairn.Artifacts;
using Cairn.Catalog.Names;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;
using Microsoft.Extensions.Logging;

namespace Cairn.Catalog.Recording;

/// <summary>Records one attempt at a task. What it has made becomes visible together, when <see cref="EndAsync"/> publishes its record. Thread-safe.</summary>
internal sealed partial class TaskWriter : IDisposable
{
    public const string OwnException = "own exception";
    public const string BySignal = "signal";
    public const string ByCaller = "cancelled";

    private static readonly TimeSpan _flushPeriod = TimeSpan.FromSeconds(1);
    private readonly RunWriter _run;
    private readonly Lock _lock = new();
    private readonly LogBuffer _log;
    private readonly MetricBuffer _metrics = new();
    private readonly ConcurrentQueue<Export> _exports = new();
    private readonly Dictionary<string, object> _outputs = new(StringComparer.Ordinal);
    private readonly List<TaskInputRecord> _inputs = [];
    private readonly SortedSet<string> _parameters = new(StringComparer.Ordinal);
    private TaskRecord _record;
    private Task _flushing = Task.CompletedTask;
    private DateTimeOffset _flushedAt;

    public TaskWriter(RunWriter run, TaskRecord record)
    {
        _run = run;
        _flushedAt = run.Now;
        _record = record with { StartedAt = _flushedAt, Status = RunStatus.Running };
        _log = new(run.Parameters.Secrets);
        Logger = new StepLogger(_log, run.Repository.Store.Options.LoggerFactory.CreateLogger($"Cairn.Runs.{run.Flow}"), run.Time);
    }

    public TaskRecord Record => _record;

    public RunWriter Run => _run;

    public ILogger Logger { get; }

    /// <summary>Adds an output, which is saved when the task ends.</summary>
    public void AddOutput(string name, object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        name = CatalogName.OfOutput(name);
        lock (_lock)
        {
            if (!_outputs.TryAdd(name, value))
                throw new StoreException(new StoreFault(StoreErrorCode.AlreadyExists, $"the step has an output '{ErrorText.Escape(name)}' already") { Advice = "Give each output of a step its own name." });
        }
    }

    public void AddInput(TaskInputRecord input)
    {
        lock (_lock)
        {
            if (!_inputs.Contains(input))
                _inputs.Add(input);
        }
    }

    public void AddParameter(string name)
    {
        lock (_lock)
            _parameters.Add(name);
    }

    public void AddExport(Export export) => _exports.Enqueue(export);

    public void AddMetric(string name, double value, long? step)
    {
        _metrics.Add(name, new(step ?? 0, value, _run.Now), isCounted: step is null);
        lock (_lock)
        {
            if (!_flushing.IsCompleted || _run.Time.GetUtcNow() - _flushedAt < _flushPeriod)
                return;
            _flushedAt = _run.Time.GetUtcNow();
            _flushing = _flushing.IsFaulted ? _flushing : Task.Run(ShowProgressAsync, CancellationToken.None);
        }
    }

    /// <summary>Saves a checkpoint and publishes it.</summary>
    public async Task CheckpointAsync<T>(T value, CancellationToken cancellationToken)
        where T : notnull
    {
        if (!_run.Options.SaveArtifacts)
            return;
        var artifact = await _run.Repository.SaveAsync(value, cancellationToken: cancellationToken).ConfigureAwait(false);
        await FlushedAsync().ConfigureAwait(false);
        _record = _record with { Checkpoint = artifact.Digest };
        await ShowProgressAsync().ConfigureAwait(false);
    }

    /// <summary>Saves the results, and publishes the record of the task with them.</summary>
    /// <param name="status">How the task ended.</param>
    /// <param name="cause">Why it did not succeed. Optional.</param>
    /// <param name="error">Its error. Optional.</param>
    /// <param name="complete">Adds what the caller knows to the record. Optional.</param>
    /// <param name="cancellationToken">Cancels the saves of a successful task.</param>
    /// <returns>The record.</returns>
    public async Task<TaskRecord> EndAsync(RunStatus status, string? cause, Exception? error, Func<TaskRecord, TaskRecord>? complete, CancellationToken cancellationToken)
    {
        var record = _record with { Attempt = _record.Attempt };
        if (status == RunStatus.Succeeded)
            record = record with { Outputs = await SaveOutputsAsync(cancellationToken).ConfigureAwait(false), Exports = await WriteExportsAsync(cancellationToken).ConfigureAwait(false) };
        await FlushedAsync().ConfigureAwait(false);
        if (_run.Options.SaveArtifacts)
            await _metrics.FlushAsync(_run.Repository, CancellationToken.None).ConfigureAwait(false);
        var log = _log.TryGetText();
        lock (_lock)
        {
            record = record with
            {
                Status = status,
                FinishedAt = _run.Now,
                Cause = cause,
                Inputs = [.. _inputs],
                Parameters = [.. _parameters],
                Metrics = _metrics.ToRecords(),
                Log = log is { Length: > 0 } ? log : null,
                Error = error is null ? null : _run.FailureOf(error) with { Stack = Short(_run.Parameters.Secrets.Hide(error.ToString())) },
            };
        }
        if (log is null)
        {
            var artifact = await _run.Repository.SaveAsync(_log.Open(), cancellationToken: CancellationToken.None).ConfigureAwait(false);
            record = record with { LargeLog = artifact.Digest };
        }
        record = complete?.Invoke(record) ?? record;
        // Nobody can load what was not saved.
        if (!_run.Options.SaveArtifacts)
            record = record with { Outputs = _record.Outputs, State = _record.State, Inputs = [.. record.Inputs.Where(i => i.TaskId is null)] };
        await _run.PublishAsync([record.ToRecord(_run.Source)], CancellationToken.None).ConfigureAwait(false);
        _record = record;
        if (status is RunStatus.Succeeded or RunStatus.Cached)
            _run.Add(record);
        else if (cause == OwnException)
            _run.Fail(error!, _run.FailureOf(error!) with { Step = record.Step, Item = record.Item });
        return record;
    }

    /// <summary>Publishes that the task has not succeeded. An error of the store is logged: the caller throws the error of the task, which tells more.</summary>
    public async Task FailAsync(RunStatus status, string cause, Exception error, Func<TaskRecord, TaskRecord>? complete = null)
    {
        try
        {
            await EndAsync(status, cause, error, complete, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            LogUnrecorded(Logger, _record.Step, _run.Id, e);
        }
    }

    public void Dispose() => _log.Dispose();

    [LoggerMessage(3, LogLevel.Warning, "The end of the step {Step} of the run {Run} could not be recorded.")]
    private static partial void LogUnrecorded(ILogger logger, string step, Guid run, Exception exception);

    /// <summary>A stack of a thousand frames says no more than its ends.</summary>
    private static string Short(string stack) => stack.Length <= 16_384 ? stack : $"{stack[..8192]}\n… {stack.Length - 16_384} characters are omitted …\n{stack[^8192..]}";

    private async Task FlushedAsync()
    {
        Task flushing;
        lock (_lock)
            flushing = _flushing;
        await flushing.ConfigureAwait(false);
    }

    private async Task ShowProgressAsync()
    {
        if (_run.Options.SaveArtifacts)
            await _metrics.FlushAsync(_run.Repository, CancellationToken.None).ConfigureAwait(false);
        await _run.PublishAsync([(_record with { Metrics = _metrics.ToRecords() }).ToProgress(_run.Source)], CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<IReadOnlyDictionary<string, BlobDigest?>> SaveOutputsAsync(CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, object>> outputs;
        lock (_lock)
            outputs = [.. _outputs];
        if (!_run.Options.SaveArtifacts)
        {
            foreach (var (name, value) in outputs)
                _run.Keep(_record.Step, name, value);
            return _record.Outputs;
        }
        var saved = new ConcurrentDictionary<string, BlobDigest?>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(outputs, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken }, async (output, stopping) =>
            saved[output.Key] = (await _run.Repository.SaveAsAsync(output.Value, output.Value.GetType(), cancellationToken: stopping).ConfigureAwait(false)).Digest).ConfigureAwait(false);
        return saved;
    }

    private async Task<IReadOnlyList<ExportRecord>> WriteExportsAsync(CancellationToken cancellationToken)
    {
        List<ExportRecord> written = [];
        if (!_run.Options.SaveExports)
            return written;
        foreach (var export in _exports)
            written.Add(await _run.Exports.WriteAsync(export, cancellationToken).ConfigureAwait(false));
        return written;
    }
}
