using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.Runs;
using Cairn.Errors;

namespace Cairn.Catalog;

/// <summary>The values after a task: its outputs, and the members of the state, those included that earlier tasks have set.</summary>
public sealed class TaskData
{
    private readonly RunReader _reader;
    private readonly TaskInfo _task;
    private readonly Lazy<IReadOnlyList<OutputInfo>> _all;

    internal TaskData(RunReader reader, TaskInfo task)
    {
        (_reader, _task) = (reader, task);
        _all = new(ReadAll);
    }

    /// <summary>Gets all values: the outputs first, then the members of the state, each in the order of their names.</summary>
    public IReadOnlyList<OutputInfo> All => _all.Value;

    /// <summary>Gets the values that the task itself has set; those of a cached task are the values that the other task has set.</summary>
    internal IReadOnlyList<OutputInfo> Own => [.. Sorted(Chain().TakeWhile(l => !l.IsBase))];

    /// <summary>Finds an output, or a member of the state. An output hides a member of the same name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The value; null if there is none of this name.</returns>
    public OutputInfo? Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return All.FirstOrDefault(o => o.Name == name);
    }

    /// <summary>Loads an output, or a member of the state after the task.</summary>
    /// <typeparam name="T">The requested type; <see cref="object"/> for the default type of the materializer.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is none of this name, or its content is no longer in the store. Also other errors of the store.</exception>
    public Task<T> GetAsync<T>(string name, CancellationToken cancellationToken = default)
        where T : notnull => Get(name).LoadAsync<T>(cancellationToken);

    internal OutputInfo Get(string name) => Find(name) ?? throw new StoreException(new StoreFault(
        StoreErrorCode.NotFound,
        $"the task {ErrorText.Escape(_task.Reference.ToString())} has no output '{ErrorText.Escape(name)}'; it has "
            + (All.Count == 0 ? "none" : ErrorText.List(All.Select(o => ErrorText.Escape(o.Name)))))
    {
        Advice = _task.Status is RunStatus.Succeeded or RunStatus.Cached ? "Choose one of its outputs." : $"The task is {_task.Status}: only one that has succeeded has all outputs.",
    });

    private List<OutputInfo> ReadAll() => Sorted(Chain());

    private List<OutputInfo> Sorted(IEnumerable<Link> chain)
    {
        Dictionary<string, OutputInfo?> outputs = new(StringComparer.Ordinal), state = new(StringComparer.Ordinal);
        foreach (var (task, isBase) in chain)
        {
            if (!isBase)
                Add(outputs, task.Outputs, task, isState: false);
            Add(state, task.State, task, isState: true);
        }
        return [.. InOrder(outputs), .. InOrder(state)];

        static IEnumerable<OutputInfo> InOrder(Dictionary<string, OutputInfo?> values) => values.OrderBy(v => v.Key, StringComparer.Ordinal).Where(v => v.Value is not null).Select(v => v.Value!);
    }

    /// <summary>Adds values that no later task has set or removed.</summary>
    private void Add(Dictionary<string, OutputInfo?> values, IReadOnlyDictionary<string, BlobDigest?> added, TaskRecord task, bool isState)
    {
        foreach (var (name, artifact) in added)
        {
            values.TryAdd(name, artifact is { } digest
                ? new(_reader.Repository, _task.Reference.WithOutput(name), name, digest, task.FinishedAt, isState, task.TaskId)
                : null);
        }
    }

    /// <summary>The task, the one whose outputs it has taken over, and those whose state it began with, the newest first.</summary>
    private IEnumerable<Link> Chain()
    {
        HashSet<Guid> seen = [];
        var isBase = false;
        for (var task = _task.Record; task is not null && seen.Add(task.TaskId); isBase = true)
        {
            yield return new(task, isBase);
            // What a cached task has taken over may be in a task that was cached itself.
            for (var from = task.From; from is { } id && seen.Add(id) && _reader.FindTask(id) is { } other; from = other.From)
                yield return new(other, isBase);
            task = task.Base is { } next ? _reader.FindTask(next) : null;
        }
    }

    private readonly record struct Link(TaskRecord Task, bool IsBase);
}
