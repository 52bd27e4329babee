namespace Cairn.Catalog;

/// <summary>What a <see cref="RunReference"/> leads to.</summary>
/// <param name="Run">The run.</param>
public sealed record RunTarget(RunInfo Run)
{
    /// <summary>Gets the step; null if the reference names the run alone.</summary>
    public StepInfo? Step { get; init; }

    /// <summary>Gets the task; null if the reference names no item of a step that has a task for each item, or if the step has not begun.</summary>
    public TaskInfo? Task { get; init; }

    /// <summary>Gets the name of the output; null if the reference names none. The task may lack it.</summary>
    public string? Output { get; init; }
}
