using System.Runtime.CompilerServices;

namespace Cairn.Catalog;

/// <summary>The runs of a flow.</summary>
public sealed class FlowRuns
{
    private readonly RunCollection _runs;

    internal FlowRuns(RunCollection runs, string name) => (_runs, Name) = (runs, name);

    /// <summary>Gets the name of the flow.</summary>
    public string Name { get; }

    /// <summary>Gets the newest run that is not deleted, whatever its status; runs that resume another one count.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The run; null if there is none.</returns>
    public Task<RunInfo?> LatestAsync(CancellationToken cancellationToken = default) => FirstAsync(new(), cancellationToken);

    /// <summary>Gets the newest run that has succeeded and is not deleted.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The run; null if there is none.</returns>
    public Task<RunInfo?> LatestSuccessfulAsync(CancellationToken cancellationToken = default) => FirstAsync(new() { Status = RunStatus.Succeeded, IncludeDryRuns = false }, cancellationToken);

    /// <summary>Lists the runs, the newest first.</summary>
    /// <param name="options">What to list; <see cref="RunListOptions.Flow"/> is ignored. Optional.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public IAsyncEnumerable<RunInfo> RunsAsync(RunListOptions? options = null, CancellationToken cancellationToken = default) =>
        _runs.ListAsync((options ?? new()) with { Flow = Name }, cancellationToken);

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;

    private async Task<RunInfo?> FirstAsync(RunListOptions options, CancellationToken cancellationToken) =>
        (await _runs.FirstAsync(options with { Flow = Name }, cancellationToken).ConfigureAwait(false))?.Load();
}
