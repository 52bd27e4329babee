using Cairn.Catalog;

namespace Cairn.Flows;

/// <summary>A flow whose state is not known at compile time, for programs that run several.</summary>
public interface IFlow
{
    /// <summary>Gets the name.</summary>
    string Name { get; }

    /// <summary>Gets the steps in order.</summary>
    IReadOnlyList<FlowStep> Steps { get; }

    /// <summary>Runs the flow, and records it.</summary>
    /// <param name="catalog">The catalog that records the run.</param>
    /// <param name="options">Parameters, secrets, tags. Optional.</param>
    /// <param name="cancellationToken">Cancels the run, which ends as cancelled.</param>
    /// <returns>The id of the run, when its end is published. The error of a task that fails the run is thrown as it is.</returns>
    /// <remarks>
    /// <see cref="Exception.Data"/> of an exception that ends the run has the reference to the run, such as <c>Train/7k3f9q2x</c>, as <c>Cairn.Run</c>, and the reference to the task that has
    /// failed, such as <c>Train/7k3f9q2x/fit/3</c>, as <c>Cairn.Task</c>. <see cref="ResumeAsync"/> and <see cref="RunTaskAsync"/> do the same.
    /// </remarks>
    Task<Guid> RunAsync(Catalog.Catalog catalog, RunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Resumes a run: a new run takes over what the earlier one has finished, without copying it, and runs the rest.</summary>
    /// <param name="catalog">The catalog that has the run.</param>
    /// <param name="run">The run. Default: the newest run of the flow that has not succeeded.</param>
    /// <param name="from">The step that runs again, with all after it. Default: none that has succeeded.</param>
    /// <param name="options">
    /// Changes to the run's options: parameters and secrets given here replace those of the earlier run, and the others are kept. Tasks that have read a changed parameter run again. Optional.
    /// </param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The id of the new run, when its end is published.</returns>
    /// <remarks>
    /// A task is taken over if it succeeded, its outputs exist, each parameter that it has read has the same value, and the tasks before it are taken over. The code of a step is not compared: give
    /// <paramref name="from"/> when it has changed. A task that had not ended begins with its newest checkpoint.
    /// </remarks>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>: there is no such run. <see cref="StoreErrorCode.PreconditionFailed"/>: the run is one of another flow, or no run is given and the newest one is running.
    /// </exception>
    Task<Guid> ResumeAsync(Catalog.Catalog catalog, RunReference? run = null, string? from = null, RunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Returns what <see cref="ResumeAsync"/> would take over and run. Nothing is changed.</summary>
    /// <param name="catalog">The catalog that has the run.</param>
    /// <param name="run">The run. Default: the newest run of the flow that has not succeeded.</param>
    /// <param name="from">The step that runs again, with all after it. Default: none that has succeeded.</param>
    /// <param name="options">Changes to the run's options. Optional.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<ResumePlan> PlanAsync(Catalog.Catalog catalog, RunReference? run = null, string? from = null, RunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Runs exactly one task of a run that another process has begun: an item of a foreach with <see cref="ForEachOptions{TItem}.RunsElsewhere"/>.</summary>
    /// <param name="catalog">The catalog that has the run.</param>
    /// <param name="run">The run, which is running.</param>
    /// <param name="step">The foreach.</param>
    /// <param name="item">The key of the item; in a nested foreach, the keys joined by <c>/</c>.</param>
    /// <param name="cancellationToken">Cancels the task.</param>
    /// <returns>A task that completes when the record of the task is published; at once if the item has been run already. The error of the code is recorded and thrown as it is.</returns>
    Task RunTaskAsync(Catalog.Catalog catalog, RunReference run, string step, string item, CancellationToken cancellationToken = default);

    /// <summary>Returns the items of a foreach whose tasks have not ended, for a scheduler that runs each by <see cref="RunTaskAsync"/>.</summary>
    /// <param name="catalog">The catalog that has the run.</param>
    /// <param name="run">The run.</param>
    /// <param name="step">The foreach.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The keys in the order of the items; in a nested foreach, those of the outer items that have reached the step.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no such run or foreach, or the run has not reached it.</exception>
    Task<IReadOnlyList<string>> ListPendingItemsAsync(Catalog.Catalog catalog, RunReference run, string step, CancellationToken cancellationToken = default);
}
