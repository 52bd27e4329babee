using System.Text.Json;
using Cairn.Artifacts;
using Cairn.Catalog.Index;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Runs;
using Cairn.Errors;

namespace Cairn.Catalog;

/// <summary>A run as it was recorded, at the time of the call that returned it.</summary>
/// <remarks>
/// What a list does not show (the parameters, the environment, the error, the steps and their tasks) is read from the index on this machine when it is first asked for.
/// Thread-safe.
/// </remarks>
public sealed class RunInfo
{
    private readonly RunReader _reader;
    private readonly RunItem _run;
    private readonly Lazy<RunRecord> _record;
    private readonly Lazy<IReadOnlyList<StepInfo>> _steps;
    private readonly Lazy<(IReadOnlyDictionary<string, double> Values, IReadOnlyDictionary<string, MetricSource> Sources)> _metrics;

    internal RunInfo(RunReader reader, RunItem run, RunStatus status, RunReference reference)
    {
        (_reader, _run, Status, Reference) = (reader, run, status, reference);
        _record = new(() => reader.RecordOf(run));
        _steps = new(ReadSteps);
        _metrics = new(ReadMetrics);
    }

    /// <summary>Gets the id.</summary>
    public Guid Id => _run.Id;

    /// <summary>Gets the name of the flow.</summary>
    public string Flow => _run.Flow;

    /// <summary>Gets the short reference, such as <c>Train/7k3f9q2x</c>, which is unique among the runs that this machine knew at that time.</summary>
    public RunReference Reference { get; }

    /// <summary>Gets the status. A run that ended without a record of it is <see cref="RunStatus.Lost"/>, or has the status as which it was closed.</summary>
    public RunStatus Status { get; }

    /// <summary>Gets when the run began, by the clock of its machine.</summary>
    public DateTimeOffset StartedAt => _run.StartedAt;

    /// <summary>Gets when the run ended; null if no record tells.</summary>
    public DateTimeOffset? FinishedAt => _run.FinishedAt;

    /// <summary>Gets how long the run took; null if no record tells its end.</summary>
    public TimeSpan? Duration => FinishedAt - StartedAt;

    /// <summary>Gets the id of the run that this one resumes; null if there is none.</summary>
    public Guid? Origin => _run.Origin;

    /// <summary>Gets the id of the run that started this one; null if there is none.</summary>
    public Guid? Parent => _run.Parent;

    /// <summary>Gets the name of the machine; null if it is not recorded.</summary>
    public string? Host => _run.Host;

    /// <summary>Gets the id of the user; empty if unknown.</summary>
    public string CreatedBy => _run.By;

    /// <summary>Gets the tags, in ordinal order.</summary>
    public IReadOnlyList<string> Tags => _run.Tags;

    /// <summary>Gets whether the run is deleted. Its outputs may be gone.</summary>
    public bool IsDeleted => _run.IsDeleted;

    /// <summary>Gets the parameters as an object, in which a secret is <c>{"$secret":"env:NAME"}</c>. Empty if they are an artifact, see <see cref="ReadParametersAsync"/>.</summary>
    public JsonElement Parameters => RunReader.Element(_record.Value.Parameters);

    /// <summary>Gets the defaults that tasks have used in place of parameters which the run was not given, as an object, once the run has ended. A default that differs between tasks is not in it,
    /// see <see cref="TaskInfo.Defaults"/>.</summary>
    public JsonElement Defaults => RunReader.Element(_record.Value.Defaults);

    /// <summary>Gets whether the run saved no artifacts: a dry run. It is never the latest successful run, and nothing is taken over from it.</summary>
    public bool IsDryRun => _run.IsDry;

    /// <summary>Gets the key that the run was begun with; null if there is none.</summary>
    public string? Key => _record.Value.Key;

    /// <summary>Gets facts about the environment as an object.</summary>
    public JsonElement Environment => RunReader.Element(_record.Value.Environment);

    /// <summary>Gets the first failure that no other one caused; null if the run has not failed by an exception.</summary>
    public RunFailure? Error => _record.Value.Error;

    /// <summary>Gets why the run ended as it did, if no exception tells; null otherwise.</summary>
    public string? Reason => _record.Value.Reason;

    /// <summary>Gets the steps in their order.</summary>
    public IReadOnlyList<StepInfo> Steps => _steps.Value;

    /// <summary>Gets the last values of the metrics. If several tasks have a metric of one name, the last task counts; a last value that is not a number is omitted.</summary>
    public IReadOnlyDictionary<string, double> Metrics => _metrics.Value.Values;

    /// <summary>Gets the task that each of <see cref="Metrics"/> is of. Of the items of a step, it is the last one, whose value is in general neither the best nor an average.</summary>
    public IReadOnlyDictionary<string, MetricSource> MetricSources => _metrics.Value.Sources;

    internal long Row => _run.Row;

    /// <summary>Gets whether a record says that the run has ended.</summary>
    internal bool HasEnded => _run.HasEnded;

    /// <summary>Gets a step.</summary>
    /// <param name="step">The name of the step.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the run has no such step.</exception>
    public StepInfo this[string step]
    {
        get
        {
            ArgumentException.ThrowIfNullOrEmpty(step);
            return Steps.FirstOrDefault(s => s.Name == step) ?? throw new StoreException(new StoreFault(
                StoreErrorCode.NotFound,
                $"the run {Reference} has no step '{ErrorText.Escape(step)}'; it has {(Steps.Count == 0 ? "none" : ErrorText.List(Steps.Select(s => ErrorText.Escape(s.Name))))}")
            {
                Advice = "Choose one of its steps.",
            });
        }
    }

    /// <summary>Reads the tasks of all steps, in the order of the steps and items. Of several attempts, the newest counts.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public IAsyncEnumerable<TaskInfo> TasksAsync(CancellationToken cancellationToken = default) => TaskStream.Of(_reader.Tasks(this, null), cancellationToken);

    /// <summary>Reads the parameters, also those that are too large for the record of the run.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<JsonElement> ReadParametersAsync(CancellationToken cancellationToken = default)
    {
        return RunReader.Element((await _reader.LoadParametersAsync(_record.Value, cancellationToken).ConfigureAwait(false)).Parameters);
    }

    /// <summary>Returns the text of <see cref="Reference"/>.</summary>
    public override string ToString() => Reference.ToString();

    /// <summary>Reads what is read when it is asked for.</summary>
    internal RunInfo Load()
    {
        _ = (_record.Value, _steps.Value);
        return this;
    }

    internal TaskInfo? FindTask(string step, string item) => _reader.FindTask(this, step, item);

    internal IAsyncEnumerable<TaskInfo> TasksAsync(string step, CancellationToken cancellationToken) => TaskStream.Of(_reader.Tasks(this, step), cancellationToken);

    /// <summary>The status of a task: one that has not ended is lost with its run, or ended with it.</summary>
    internal RunStatus StatusOf(RunStatus task) => task is RunStatus.Pending or RunStatus.Running && Status is not (RunStatus.Pending or RunStatus.Running) ? RunStatus.Lost : task;

    private List<StepInfo> ReadSteps()
    {
        var counts = _reader.Index.Query((_, tasks) => tasks.Count(Row)).GroupBy(c => c.Step).ToDictionary(g => g.Key, g => g.ToList());
        List<StepInfo> steps = [];
        foreach (var step in _record.Value.Steps)
        {
            counts.Remove(step.Name, out var tasks);
            steps.Add(new(this, step, tasks ?? []));
        }
        steps.AddRange(counts.Values.Select(c => new StepInfo(this, new(c[0].Step, c.Exists(t => t.HasItems) ? StepKind.ForEach : StepKind.Step, []), c)));
        return steps;
    }

    private (IReadOnlyDictionary<string, double> Values, IReadOnlyDictionary<string, MetricSource> Sources) ReadMetrics()
    {
        Dictionary<string, double> values = new(StringComparer.Ordinal);
        Dictionary<string, MetricSource> sources = new(StringComparer.Ordinal);
        foreach (var (name, last, step, item) in _reader.Index.Query((_, tasks) => tasks.Metrics(Row)))
        {
            sources[name] = new(step, item.Length == 0 ? null : item, sources.TryGetValue(name, out var before) && before.Step == step ? before.Tasks + 1 : 1);
            values.Remove(name);
            if (last is { } value)
                values[name] = value;
        }
        foreach (var name in sources.Keys.Where(n => !values.ContainsKey(n)))
            sources.Remove(name);
        return (values, sources);
    }
}
