using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog.Recording;

/// <summary>Counts the tasks of a run, and reports each change. Thread-safe; one report at a time.</summary>
/// <param name="run">The run.</param>
/// <param name="receiver">Gets the reports.</param>
internal sealed class ProgressReporter(RunWriter run, IProgress<RunProgress> receiver)
{
    private readonly Lock _lock = new();
    private readonly string _reference = $"{run.Flow}/{ShortRunId.Of(run.Id)}";
    private readonly List<StepProgress> _steps = [];

    /// <summary>Reports that the run has begun.</summary>
    public void Begin(IReadOnlyList<StepRecord> steps)
    {
        lock (_lock)
        {
            _steps.AddRange(steps.Select(s => new StepProgress(s.Name, s.Kind)));
            receiver.Report(new(run.Id, _reference, [.. _steps], null));
        }
    }

    /// <summary>Adds to the tasks that are expected of a step.</summary>
    public void Expect(string step, int tasks) => Change(step, s => s with { Total = (s.Total ?? 0) + tasks });

    /// <summary>Counts a task that did not run in this process.</summary>
    public void Count(string step, RunStatus status) => Change(step, s => With(s, status));

    /// <summary>Runs a task, and counts it.</summary>
    /// <param name="step">The step.</param>
    /// <param name="task">The task.</param>
    /// <param name="isCounted">Whether the task counts if it succeeds. One that makes the items of a step counts only if it does not.</param>
    /// <param name="stopping">The token that tells whether the task was cancelled.</param>
    public async Task<T> TrackAsync<T>(string step, Func<Task<T>> task, bool isCounted, CancellationToken stopping)
    {
        Change(step, s => s with { Running = s.Running + 1 });
        T result;
        try
        {
            result = await task().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var status = e is OperationCanceledException && stopping.IsCancellationRequested ? RunStatus.Cancelled : RunStatus.Failed;
            Change(step, s => With(s with { Running = s.Running - 1 }, status));
            throw;
        }
        Change(step, s => s with { Running = s.Running - 1, Succeeded = s.Succeeded + (isCounted ? 1 : 0) });
        return result;
    }

    private static StepProgress With(StepProgress step, RunStatus status) => status switch
    {
        RunStatus.Succeeded => step with { Succeeded = step.Succeeded + 1 },
        RunStatus.Cached => step with { TakenOver = step.TakenOver + 1 },
        RunStatus.Failed => step with { Failed = step.Failed + 1 },
        _ => step with { Cancelled = step.Cancelled + 1 },
    };

    private void Change(string step, Func<StepProgress, StepProgress> change)
    {
        lock (_lock)
        {
            var at = _steps.FindIndex(s => s.Step == step);
            if (at < 0)
            {
                at = _steps.Count;
                _steps.Add(new(step, StepKind.Step) { Total = 1 });
            }
            var changed = _steps[at] = change(_steps[at]);
            receiver.Report(new(run.Id, _reference, [.. _steps], changed));
        }
    }
}
