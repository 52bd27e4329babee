using Cairn.Catalog;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;

namespace Cairn.Flows.Engine;

/// <summary>Waits for tasks that other processes run. Thread-safe.</summary>
/// <param name="catalog">The catalog.</param>
/// <param name="run">The run.</param>
/// <param name="progress">Reports tasks that have failed; null for no reports.</param>
internal sealed class Elsewhere(Catalog.Catalog catalog, Guid run, ProgressReporter? progress)
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _turns = new(1);
    private Dictionary<(string Step, string? Item), TaskRecord> _tasks = [];
    private long _readAt = long.MinValue;

    /// <summary>Waits until the records of a task say that it has ended.</summary>
    /// <exception cref="ElsewhereTaskException">The task has failed.</exception>
    public async Task<TaskRecord> WaitAsync(string step, string? item, CancellationToken cancellationToken)
    {
        var time = catalog.Repository.Store.Options.TimeProvider;
        while (true)
        {
            if (await FindAsync(step, item, time, cancellationToken).ConfigureAwait(false) is { } task)
            {
                if (RecordedRun.HasSucceeded(task))
                    return task;
                if (task.Status == RunStatus.Failed)
                {
                    progress?.Count(step, RunStatus.Failed);
                    throw new ElsewhereTaskException(step, item, task.Error);
                }
            }
            await Task.Delay(_period, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<TaskRecord?> FindAsync(string step, string? item, TimeProvider time, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // All who wait share one look at the feed.
            if (_readAt == long.MinValue || time.GetElapsedTime(_readAt) >= _period)
            {
                var records = await catalog.Runs.ReadRecordsAsync(RunReference.OfRun(run), withOrigins: false, cancellationToken).ConfigureAwait(false);
                _tasks = records[0].Tasks.Where(t => t.Items is null).ToDictionary(t => (t.Step, t.Item));
                _readAt = time.GetTimestamp();
            }
            return _tasks.GetValueOrDefault((step, item));
        }
        finally
        {
            _turns.Release();
        }
    }
}
