namespace Cairn.Catalog;

/// <summary>How far a run is.</summary>
/// <param name="Run">The id of the run.</param>
/// <param name="Reference">The reference of the run in its short form, such as <c>Train/7k3f9q2x</c>.</param>
/// <param name="Steps">The steps in order. A run without a flow lists a step when it begins.</param>
/// <param name="Changed">The step that has changed since the report before; null in the first report, which says that the run has begun.</param>
public sealed record RunProgress(Guid Run, string Reference, IReadOnlyList<StepProgress> Steps, StepProgress? Changed);

/// <summary>How far a step is. A retry does not count: a task fails with its last attempt.</summary>
/// <param name="Step">The name of the step.</param>
/// <param name="Kind">The kind.</param>
public sealed record StepProgress(string Step, StepKind Kind)
{
    /// <summary>
    /// Gets the number of tasks that are expected; null if it is not known yet, as the items are not. It grows with each split of an outer foreach. Fewer tasks run
    /// if an earlier step of an item fails.
    /// </summary>
    public int? Total { get; init; }

    /// <summary>Gets the number of tasks that run in this process.</summary>
    public int Running { get; init; }

    /// <summary>Gets the number of tasks that have succeeded, in this process or elsewhere.</summary>
    public int Succeeded { get; init; }

    /// <summary>Gets the number of tasks that did not run, since the outputs of an earlier one were taken over.</summary>
    public int TakenOver { get; init; }

    /// <summary>Gets the number of tasks that have failed. A foreach whose items cannot be enumerated counts as one.</summary>
    public int Failed { get; init; }

    /// <summary>Gets the number of tasks that were cancelled.</summary>
    public int Cancelled { get; init; }

    /// <summary>Gets the number of tasks that have ended.</summary>
    public int Ended => Succeeded + TakenOver + Failed + Cancelled;
}
