using System.Runtime.CompilerServices;
using System.Text.Json;
using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Runs;

namespace Cairn.Catalog;

/// <summary>A task of a run: the newest attempt at one item of a step, or at a plain step.</summary>
public sealed class TaskInfo
{
    private readonly RunReader _reader;
    private readonly RunInfo _run;

    internal TaskInfo(RunReader reader, RunInfo run, TaskRecord record)
    {
        (_reader, _run, Record) = (reader, run, record);
        Status = run.StatusOf(record.Status);
        Data = new(reader, this);
    }

    /// <summary>Gets the id of the attempt.</summary>
    public Guid Id => Record.TaskId;

    /// <summary>Gets the id of the run.</summary>
    public Guid RunId => _run.Id;

    /// <summary>Gets the reference, such as <c>Train/7k3f9q2x/fit/3</c>.</summary>
    public RunReference Reference => _run.Reference.With(Step, Item, null);

    /// <summary>Gets the name of the step.</summary>
    public string Step => Record.Step;

    /// <summary>Gets the item; null for a plain step.</summary>
    public string? Item => Record.Item;

    /// <summary>Gets the position of the item, from 0; null for a plain step.</summary>
    public int? Index => Record.Index;

    /// <summary>Gets the number of the attempt, from 1.</summary>
    public int Attempt => Record.Attempt;

    /// <summary>Gets the status. A task that did not end with its run is <see cref="RunStatus.Lost"/>.</summary>
    public RunStatus Status { get; }

    /// <summary>Gets when the task began, by the clock of its machine; null if only its progress is recorded.</summary>
    public DateTimeOffset? StartedAt => Record.StartedAt == default ? null : Record.StartedAt;

    /// <summary>Gets when the task ended; null if it has not.</summary>
    public DateTimeOffset? FinishedAt => Record.FinishedAt;

    /// <summary>Gets how long the task took; null if it has not ended.</summary>
    public TimeSpan? Duration => FinishedAt - StartedAt;

    /// <summary>Gets why the task did not succeed, such as <c>own exception</c>; null if nothing is recorded.</summary>
    public string? Cause => Record.Cause;

    /// <summary>Gets the exception; null if there was none.</summary>
    public RunFailure? Error => Record.Error;

    /// <summary>Gets the text of the log; null if there is none, or if it is too large for the record, see <see cref="ReadLogAsync"/>.</summary>
    public string? Log => Record.Log;

    /// <summary>Gets the names of the parameters that the task has read.</summary>
    public IReadOnlyList<string> Parameters => Record.Parameters;

    /// <summary>Gets the defaults that the task has used for those <see cref="Parameters"/> which the run was not given, as an object. A value of a secret is replaced by asterisks.</summary>
    public JsonElement Defaults => RunReader.Element(Record.Defaults);

    /// <summary>Gets what the task has read.</summary>
    public IReadOnlyList<InputInfo> Inputs => [.. Record.Inputs.Select(InputInfo.Of)];

    /// <summary>Gets the outputs of the task, and the members of the state that it has set; each in the order of their names.</summary>
    public IReadOnlyList<OutputInfo> Outputs => Data.Own;

    /// <summary>Gets the metrics by name.</summary>
    public IReadOnlyDictionary<string, MetricInfo> Metrics => Record.Metrics.ToDictionary(m => m.Key, m => new MetricInfo(_reader.Repository, m.Key, m.Value), StringComparer.Ordinal);

    /// <summary>Gets the files for people that the task has written.</summary>
    public IReadOnlyList<ExportInfo> Exports => [.. Record.Exports.Select(ExportInfo.Of)];

    /// <summary>Gets the digest of the newest checkpoint; null if there is none.</summary>
    public BlobDigest? Checkpoint => Record.Checkpoint;

    /// <summary>Gets the names that the task, a join, could not merge: the first 100. Empty if it could.</summary>
    public IReadOnlyList<MergeConflict> Conflicts => Record.Conflicts;

    /// <summary>Gets the number of names that the task, a join, could not merge.</summary>
    public int ConflictCount => Record.ConflictCount;

    /// <summary>Gets the id of the task whose outputs these are, for <see cref="RunStatus.Cached"/>; null otherwise.</summary>
    public Guid? CachedFrom => Record.From;

    /// <summary>Gets the values after the task: its outputs, and the members of the state.</summary>
    public TaskData Data { get; }

    internal TaskRecord Record { get; }

    /// <summary>Gets an output of the task, or a member of the state after it.</summary>
    /// <param name="output">The name.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is none of this name.</exception>
    [IndexerName("Value")]
    public OutputInfo this[string output] => Data.Get(output);

    /// <summary>Reads the log, also one that is too large for the record of the task.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The text; empty if there is no log.</returns>
    public async Task<string> ReadLogAsync(CancellationToken cancellationToken = default)
    {
        if (Record.LargeLog is not { } artifact)
            return Record.Log ?? "";
        var stream = await _reader.Repository.OpenFileAsync(artifact, null, cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the text of <see cref="Reference"/>.</summary>
    public override string ToString() => Reference.ToString();
}
