using System.Collections.Concurrent;
using Cairn.Artifacts;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;
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

    /// <summary>How often progress is shown: at first once a second, then less often, so that a long task does not fill the feed.</summary>
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);
    private const int PeriodsOfTask = 20;

    private readonly RunWriter _run;
    private readonly Lock _lock = new();
    private readonly LogBuffer _log;
    private readonly MetricBuffer _metrics;
    private readonly ConcurrentQueue<Export> _exports = new();
    private readonly Dictionary<string, object> _outputs = new(StringComparer.Ordinal);
    private readonly List<TaskInputRecord> _inputs = [];
    private readonly SortedSet<string> _parameters = new(StringComparer.Ordinal);
    private readonly ParameterDefaults _defaults = new();
    private TaskRecord _record;
    private Task _flushing = Task.CompletedTask;
    private readonly long _startedAt;
    private long _shownAt;
    private bool _hasEnded;

    public TaskWriter(RunWriter run, TaskRecord record)
    {
        _run = run;
        _metrics = new(run.Time, run.Options.SaveArtifacts);
        // Durations are not those of the clock, which may be set.
        _startedAt = _shownAt = run.Time.GetTimestamp();
        _record = record with { StartedAt = run.Now, Status = RunStatus.Running };
        _log = new(run.Parameters.Secrets);
        Logger = new StepLogger(_log, run.Repository.Store.Options.LoggerFactory.CreateLogger($"Cairn.Runs.{run.Flow}"), run.Time);
    }

    public TaskRecord Record => _record;

    public RunWriter Run => _run;

    public ILogger Logger { get; }

    /// <summary>Gets the metrics.</summary>
    public MetricBuffer Metrics => _metrics;

    /// <summary>Adds an output, which is saved when the task ends.</summary>
    public void AddOutput(string name, object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        name = CatalogName.OfOutput(name);
        RequireMaterializer(name, value.GetType());
        lock (_lock)
        {
            RequireRunning();
            if (!_outputs.TryAdd(name, value))
                throw new StoreException(new StoreFault(StoreErrorCode.AlreadyExists, $"the step has an output '{ErrorText.Escape(name)}' already") { Advice = "Give each output of a step its own name." });
        }
    }

    public void AddInput(TaskInputRecord input)
    {
        MetadataLimits.CheckName(input.Role, "the role");
        lock (_lock)
        {
            RequireRunning();
            if (!_inputs.Contains(input))
                _inputs.Add(input);
        }
    }

    public void AddParameter(string name)
    {
        MetadataLimits.CheckName(name, "the parameter");
        lock (_lock)
        {
            RequireRunning();
            _parameters.Add(name);
        }
    }

    /// <summary>Adds a parameter that the run does not have, and the default that the code uses in its place.</summary>
    public void AddDefault(string name, MetadataValue value)
    {
        MetadataLimits.CheckParameters(new Dictionary<string, MetadataValue> { [name] = value });
        var json = MetadataJson.Write(value);
        lock (_lock)
        {
            RequireRunning();
            _parameters.Add(name);
            _defaults.Add(name, json);
        }
    }

    public void AddExport(Export export)
    {
        lock (_lock)
        {
            RequireRunning();
            _exports.Enqueue(export);
        }
    }

    public void AddMetric(string name, double value, long? step)
    {
        MetadataLimits.CheckName(name, "the metric");
        lock (_lock)
        {
            RequireRunning();
            _metrics.Add(name, new(step ?? 0, value, _run.Now), isCounted: step is null);
            if (!_flushing.IsCompleted || (!_metrics.IsFull && _run.Time.GetElapsedTime(_shownAt) < Period()))
                return;
            _shownAt = _run.Time.GetTimestamp();
            _flushing = Task.Run(TryShowProgressAsync, CancellationToken.None);
        }
    }

    /// <summary>Saves a checkpoint and publishes it.</summary>
    public async Task CheckpointAsync<T>(T value, CancellationToken cancellationToken)
        where T : notnull
    {
        lock (_lock)
            RequireRunning();
        if (!_run.Options.SaveArtifacts)
            return;
        var artifact = await _run.Repository.SaveAsync(value, cancellationToken: cancellationToken).ConfigureAwait(false);
        await ShownAsync().ConfigureAwait(false);
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
        lock (_lock)
            _hasEnded = true;
        var record = _record with { Attempt = _record.Attempt };
        if (status == RunStatus.Succeeded)
            record = record with { Outputs = await SaveOutputsAsync(cancellationToken).ConfigureAwait(false), Exports = await WriteExportsAsync(cancellationToken).ConfigureAwait(false) };
        await ShownAsync().ConfigureAwait(false);
        if (_run.Options.SaveArtifacts)
            await _metrics.FlushAsync(_run.Repository, isWhole: true, CancellationToken.None).ConfigureAwait(false);
        var log = _log.TryGetText();
        lock (_lock)
        {
            record = record with
            {
                Status = status,
                // A clock that was set back makes no task shorter than it was.
                FinishedAt = _run.LaterOf(_record.StartedAt + _run.Time.GetElapsedTime(_startedAt)),
                Cause = cause,
                Inputs = [.. _inputs],
                Parameters = [.. _parameters],
                Defaults = _defaults.ToJson(_run.Parameters.Secrets),
                Metrics = _metrics.ToRecords(),
                Log = log is { Length: > 0 } ? log : null,
                Error = error is null ? null : _run.FailureOf(error) with { Stack = RunWriter.Short(_run.Parameters.Secrets.Hide(error.ToString())) },
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
        await _run.PublishAsync([LineOf(record)], CancellationToken.None).ConfigureAwait(false);
        _record = record;
        _run.AddDefaults(record);
        if (status is RunStatus.Succeeded or RunStatus.Cached)
            _run.Add(record);
        return record;
    }

    /// <summary>Publishes that the task has not succeeded. An error of the store, or of a temporary file, is logged: the caller throws the error of the task, which tells more.</summary>
    public async Task FailAsync(RunStatus status, string cause, Exception error, Func<TaskRecord, TaskRecord>? complete = null)
    {
        if (cause == OwnException)
            _run.Fail(error, _run.FailureOf(error) with { Step = _record.Step, Item = _record.Item });
        try
        {
            await EndAsync(status, cause, error, complete, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogUnrecorded(Logger, _record.Step, _run.Id, e);
        }
    }

    /// <summary>Waits until the progress that is being published is published.</summary>
    public async Task ShownAsync()
    {
        Task flushing;
        lock (_lock)
            flushing = _flushing;
        await flushing.ConfigureAwait(false);
    }

    public void Dispose() => _log.Dispose();

    [LoggerMessage(3, LogLevel.Warning, "The end of the step {Step} of the run {Run} could not be recorded.")]
    private static partial void LogUnrecorded(ILogger logger, string step, Guid run, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The progress of the step {Step} of the run {Run} could not be published. It is tried again later; the end of the step has all points.")]
    private static partial void LogUnshown(ILogger logger, string step, Guid run, Exception exception);

    /// <summary>The line of the feed with the record of the task. What a failed task has besides its error is left out if it is too much for a record.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the record of a task that succeeded has too many members.</exception>
    private Record LineOf(TaskRecord record)
    {
        try
        {
            return record.ToRecord(_run.Source);
        }
        catch (FormatException) when (record.Status is RunStatus.Failed or RunStatus.Cancelled)
        {
            return (record with { Inputs = [], Exports = [], Parameters = [], Defaults = null, Metrics = new Dictionary<string, MetricRecord>() }).ToRecord(_run.Source);
        }
        catch (FormatException e)
        {
            var reason = $"{e.Message}: it has {record.Outputs.Count} outputs, {record.State.Count} properties of the state, {record.Inputs.Count} inputs, {record.Items?.Count ?? 0} keys of items, {record.Metrics.Count} metrics and {record.Exports.Count} exports";
            throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, $"the record of the step '{ErrorText.Escape(record.Step)}' is too large: {reason}")
            {
                Advice = "Save many small values as one, such as an array, and let a join read what an earlier step has gathered.",
            }, e);
        }
    }

    private void RequireRunning()
    {
        if (_hasEnded)
        {
            throw new InvalidOperationException(
                $"The step '{ErrorText.Escape(_record.Step)}' has ended: what its code does afterwards is not recorded. Await everything that the code starts before it returns.");
        }
    }

    private void RequireMaterializer(string output, Type type)
    {
        try
        {
            if (_run.Options.SaveArtifacts)
                _run.Repository.Materializers.Resolve(type);
        }
        catch (MaterializationException e)
        {
            e.WithContext($"save the output '{ErrorText.Escape(output)}' of the step '{ErrorText.Escape(_record.Step)}'");
            throw;
        }
    }

    /// <summary>How long the next progress waits: a twentieth of the time that the task has run.</summary>
    private TimeSpan Period()
    {
        var period = _run.Time.GetElapsedTime(_startedAt) / PeriodsOfTask;
        return period < _shortest ? _shortest : period > _longest ? _longest : period;
    }

    private async Task TryShowProgressAsync()
    {
        try
        {
            await ShowProgressAsync().ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            LogUnshown(Logger, _record.Step, _run.Id, e);
        }
    }

    private async Task ShowProgressAsync()
    {
        if (_run.Options.SaveArtifacts)
            await _metrics.FlushAsync(_run.Repository, isWhole: false, CancellationToken.None).ConfigureAwait(false);
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
