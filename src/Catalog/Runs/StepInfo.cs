using System.Globalization;
using Cairn.Catalog.Index;
using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog;

/// <summary>A step of a run. Of several attempts at a task, only the newest counts.</summary>
public sealed class StepInfo
{
    private readonly RunInfo _run;
    private readonly IReadOnlyDictionary<RunStatus, int> _counts;
    private readonly IReadOnlyList<RunStatus> _splits;

    internal StepInfo(RunInfo run, StepRecord step, IReadOnlyList<StepCount> counts)
    {
        (_run, Name, Kind, After) = (run, step.Name, step.Kind, step.After);
        _counts = counts.Where(c => !c.IsSplit).GroupBy(c => run.StatusOf(c.Status)).ToDictionary(g => g.Key, g => g.Sum(c => c.Count));
        _splits = [.. counts.Where(c => c.IsSplit).Select(c => run.StatusOf(c.Status))];
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets the kind.</summary>
    public StepKind Kind { get; }

    /// <summary>Gets the names of the steps that end before this one begins.</summary>
    public IReadOnlyList<string> After { get; }

    /// <summary>Gets the number of tasks, without the one that made the items.</summary>
    public int Count => _counts.Values.Sum();

    /// <summary>Gets the status: that of the tasks which did not end, else that of those which failed or were cancelled. A step without tasks has succeeded if the run has.</summary>
    public RunStatus Status
    {
        get
        {
            foreach (var status in (RunStatus[])[RunStatus.Running, RunStatus.Lost, RunStatus.Failed, RunStatus.Cancelled, RunStatus.Pending, RunStatus.Succeeded, RunStatus.Cached])
            {
                if (_counts.ContainsKey(status) || _splits.Contains(status))
                    return status;
            }
            return _run.Status == RunStatus.Succeeded ? RunStatus.Succeeded : RunStatus.Pending;
        }
    }

    /// <summary>Gets the only task of the step.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: the step has several tasks. <see cref="StoreErrorCode.NotFound"/>: it has none.</exception>
    public TaskInfo Task
    {
        get
        {
            if (Count > 1 || Kind == StepKind.ForEach)
            {
                var reason = string.Create(CultureInfo.InvariantCulture, $"the step '{Name}' of {_run.Reference} has {Count} tasks, one for each item");
                throw new StoreException(new StoreFault(StoreErrorCode.PreconditionFailed, reason)
                {
                    Advice = "Enumerate TasksAsync, or get one by its item, such as " + _run.Reference.With(Name, "ITEM", null) + ".",
                });
            }
            return _run.FindTask(Name, "") ?? throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"the step '{Name}' of {_run.Reference} has no task yet")
            {
                Advice = "Wait until the step has begun.",
            });
        }
    }

    /// <summary>Returns the number of tasks that have a status.</summary>
    public int CountOf(RunStatus status) => _counts.GetValueOrDefault(status);

    /// <summary>Reads the tasks in the order of their items.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public IAsyncEnumerable<TaskInfo> TasksAsync(CancellationToken cancellationToken = default) => _run.TasksAsync(Name, cancellationToken);

    /// <summary>Finds the task of an item.</summary>
    /// <param name="item">The item, such as <c>3</c> or <c>a/3</c>.</param>
    /// <returns>The newest attempt; null if there is none.</returns>
    public TaskInfo? FindTask(string item)
    {
        ArgumentException.ThrowIfNullOrEmpty(item);
        return _run.FindTask(Name, item);
    }

    /// <summary>Loads an output of the only task, or a member of the state after it.</summary>
    /// <typeparam name="T">The requested type; <see cref="object"/> for the default type of the materializer.</typeparam>
    /// <param name="output">The name.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <exception cref="StoreException">See <see cref="Task"/> and <see cref="TaskData.GetAsync{T}"/>.</exception>
    public Task<T> LoadAsync<T>(string output, CancellationToken cancellationToken = default)
        where T : notnull => Task.Data.GetAsync<T>(output, cancellationToken);

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;
}
