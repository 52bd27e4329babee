namespace Catalog.Stores.Tests.Work;

/// <summary>Processes of workers that begin at the same time.</summary>
internal sealed class ProcessGroup : IAsyncDisposable
{
    private readonly List<WorkerProcess> _processes;

    private ProcessGroup(List<WorkerProcess> processes) => _processes = processes;

    /// <summary>Starts the processes.</summary>
    /// <param name="plans">What each shall do.</param>
    /// <param name="indexes">The folders for the indexes of the users, who take turns.</param>
    public static async Task<ProcessGroup> StartAsync(IEnumerable<WorkPlan> plans, params string[] indexes) =>
        new([.. await Task.WhenAll(plans.Select((p, i) => WorkerProcess.StartAsync(p with { IndexFolder = indexes[i % indexes.Length] })))]);

    /// <summary>Runs all to their end.</summary>
    public async Task<List<Entry>> RunAsync()
    {
        foreach (var process in _processes)
            process.Begin();
        return [.. (await Task.WhenAll(_processes.Select(p => p.EndAsync()))).SelectMany(e => e)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
    }
}
