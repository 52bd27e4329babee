using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;

namespace Cairn.Catalog.Recording;

/// <summary>Records a run: what it has done so far, and its end. Thread-safe.</summary>
internal sealed class RunWriter
{
    private const string RunMark = "Cairn.Run", TaskMark = "Cairn.Task";

    private readonly FeedPublisher _feed;
    private readonly ConcurrentDictionary<string, int> _steps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string? Step, string Name), TaskInput> _outputs = new();
    private readonly ConcurrentDictionary<(string? Step, string Name), object> _kept = new();
    private readonly ParameterDefaults _defaults = new();
    private RunRecord _record;
    private readonly ConditionalWeakTable<Exception, RunFailure> _failures = [];
    private RunFailure? _first;
    private Task<JsonObject?> _git = Task.FromResult<JsonObject?>(null);
    private int _order;

    /// <summary>Initializes the writer of a run that another process has begun, or that begins now.</summary>
    public RunWriter(ArtifactRepository repository, AssetCollection assets, RecordSource source, FeedPublisher feed, RunRecord record, RunOptions options, RunParameters? parameters = null)
    {
        (Repository, Assets, Source, _feed, Options) = (repository, assets, source, feed, options);
        Parameters = parameters ?? RunParameters.Check(options);
        _record = record with { Parameters = Parameters.Json };
        Exports = new(repository.Container, ExportWriter.GroupOf(record.Flow, record.RunId));
        Progress = options.Progress is null ? null : new(this, options.Progress);
    }

    /// <summary>The record of a run that begins.</summary>
    public static RunRecord Create(RecordSource source, DateTimeOffset now, string flow, RunOptions options) => new(source.NextId(), flow, RunStatus.Running, Whole(now))
    {
        Origin = options.Origin,
        Parent = options.Parent,
        IsDry = !options.SaveArtifacts,
        Key = options.Key,
        Environment = EnvironmentFacts.Collect(options.EnvironmentVariables),
        Host = Environment.MachineName,
    };

    public ArtifactRepository Repository { get; }

    public AssetCollection Assets { get; }

    public RecordSource Source { get; }

    public RunOptions Options { get; }

    public RunParameters Parameters { get; }

    public ExportWriter Exports { get; }

    /// <summary>Reports how far the run is; null if no receiver was given.</summary>
    public ProgressReporter? Progress { get; }

    public TimeProvider Time => Repository.Store.Options.TimeProvider;

    public Guid Id => _record.RunId;

    public string Flow => _record.Flow;

    /// <summary>The reference in its short form.</summary>
    public string Reference => $"{Flow}/{ShortRunId.Of(Id)}";

    public RunRecord Record => _record;

    /// <summary>The time in whole microseconds, which the index keeps.</summary>
    public DateTimeOffset Now => Whole(Time.GetUtcNow());

    /// <summary>The time now, or a later one.</summary>
    public DateTimeOffset LaterOf(DateTimeOffset time) => Now is var now && now > time ? now : Whole(time);

    /// <summary>Publishes that the run has begun.</summary>
    public async Task BeginAsync(IReadOnlyList<StepRecord> steps, CancellationToken cancellationToken)
    {
        // The record refers to what is too large for it, and so comes after it.
        var large = Parameters.Large is { } json ? (await Repository.SaveAsync(new MemoryStream(json), cancellationToken: cancellationToken).ConfigureAwait(false)).Digest : (BlobDigest?)null;
        _record = _record with { Steps = steps, LargeParameters = large };
        List<Record> records = [_record.ToRecord(Source)];
        if (Options.Tags.Count > 0)
            records.Add(RunTagRecord.Create(Source, Id, Options.Tags, []));
        // A process of git takes longer than the records of a small run.
        _git = EnvironmentFacts.FindGitAsync(CancellationToken.None);
        await _feed.PublishAsync(records, cancellationToken).ConfigureAwait(false);
        Progress?.Begin(steps);
    }

    /// <summary>Publishes that the run has ended.</summary>
    public async Task EndAsync(RunStatus status, string? reason, Exception? error)
    {
        var environment = (JsonObject)_record.Environment!.DeepClone();
        if (await _git.ConfigureAwait(false) is { } git)
            environment["git"] = git;
        _record = _record with
        {
            Status = status,
            FinishedAt = LaterOf(_record.StartedAt),
            Environment = environment,
            Defaults = DefaultsOfTasks(),
            Reason = reason,
            Error = status == RunStatus.Succeeded ? null : error is null ? Volatile.Read(ref _first) : _failures.TryGetValue(error, out var failure) ? failure : FailureOf(error),
        };
        await _feed.PublishAsync([_record.ToRecord(Source)], CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Reserves the position of a step that is not planned.</summary>
    public int Reserve(string step)
    {
        if (_steps.TryAdd(step, 0))
            return _steps[step] = Interlocked.Increment(ref _order) - 1;
        throw new StoreException(new StoreFault(StoreErrorCode.AlreadyExists, $"the run has a step '{ErrorText.Escape(step)}' already") { Advice = "Give each step of a run its own name." });
    }

    /// <summary>Gets or sets the sign of life of the run; null in a process that only runs tasks of it.</summary>
    public LiveSign? Sign { get; set; }

    public async Task PublishAsync(IReadOnlyCollection<Record> records, CancellationToken cancellationToken)
    {
        await _feed.PublishAsync(records, cancellationToken).ConfigureAwait(false);
        // The times in the records do not tell others that the run is alive.
        if (_feed.Skew > LiveSign.Period)
            Sign?.Wake();
    }

    /// <summary>Makes the results of a task known to the tasks after it.</summary>
    public void Add(TaskRecord task)
    {
        AddDefaults(task);
        foreach (var (name, digest) in task.Outputs.Concat(task.State))
        {
            if (digest is { } artifact)
                _outputs[(task.Step, name)] = _outputs[(null, name)] = new(artifact, task.TaskId, name);
        }
    }

    /// <summary>Takes note of the defaults that a task has read. To add a task again changes nothing.</summary>
    public void AddDefaults(TaskRecord task)
    {
        lock (_defaults)
        {
            foreach (var (name, value) in task.Defaults ?? [])
                _defaults.Add(name, value);
        }
    }

    /// <summary>Finds an output of an earlier step; null if there is none.</summary>
    public TaskInput? TryFind(string name) => _outputs.TryGetValue((null, name), out var found)
        || (name.IndexOf('#', StringComparison.Ordinal) is > 0 and var mark && _outputs.TryGetValue((name[..mark], name[(mark + 1)..]), out found)) ? found : null;

    /// <summary>Finds an output of an earlier step: by its name, or as <c>step#name</c>.</summary>
    public TaskInput Find(string name)
    {
        if (TryFind(name) is { } found)
            return found;
        var known = string.Join(", ", _outputs.Keys.Where(k => k.Step is not null).Select(k => $"{k.Step}#{k.Name}").Order(StringComparer.Ordinal));
        throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"no earlier step of this run has an output '{ErrorText.Escape(name)}'")
        {
            Advice = known.Length == 0 ? "No step of this run has an output yet." : $"It has {known}.",
        });
    }

    /// <summary>Keeps an output in memory, for a run that saves none.</summary>
    public void Keep(string step, string name, object value) => _kept[(step, name)] = _kept[(null, name)] = value;

    /// <summary>Finds an output that was kept in memory.</summary>
    public object? Kept(string name) => _kept.TryGetValue((null, name), out var value)
        || (name.IndexOf('#', StringComparison.Ordinal) is > 0 and var mark && _kept.TryGetValue((name[..mark], name[(mark + 1)..]), out value)) ? value : null;

    /// <summary>Takes note of the task that an error comes from, and marks the error with it. An error that ends the run says so; if none is known, the first one counts.</summary>
    public void Fail(Exception error, RunFailure failure)
    {
        _failures.AddOrUpdate(error, failure);
        Interlocked.CompareExchange(ref _first, failure, null);
        Mark(error, failure);
    }

    /// <summary>Marks an error with the run that it ends, and with the task that it comes from if one is known.</summary>
    /// <returns>The reference to the task; that of the run if the error comes from outside its steps.</returns>
    public string Mark(Exception error) => Mark(error, _failures.TryGetValue(error, out var failure) ? failure : null);

    private string Mark(Exception error, RunFailure? failure)
    {
        var task = failure?.Step is { } step ? $"{Reference}/{step}{(failure.Item is { } item ? $"/{item}" : "")}" : null;
        // Of runs inside one another, the mark is that of the outermost, which the caller has begun. An exception that the runtime has allocated in advance takes no data.
        if (error.Data is { IsReadOnly: false } data)
        {
            data[RunMark] = Reference;
            data.Remove(TaskMark);
            if (task is not null)
                data[TaskMark] = task;
        }
        return task ?? Reference;
    }

    private JsonObject? DefaultsOfTasks()
    {
        lock (_defaults)
            return _defaults.ToJson(Parameters.Secrets);
    }

    private static DateTimeOffset Whole(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    public RunFailure FailureOf(Exception error) => new(error.GetType().FullName!, Short(Parameters.Secrets.Hide(error.Message)));

    /// <summary>A stack of a thousand frames, or a message of a megabyte, says no more than its ends.</summary>
    public static string Short(string text) => text.Length <= 16_384 ? text : $"{text[..8192]}\n… {text.Length - 16_384} characters are omitted …\n{text[^8192..]}";
}
