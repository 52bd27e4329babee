namespace Cairn.Flows;

/// <summary>Why tasks would run.</summary>
/// <param name="Reason">The reason, as a clause.</param>
/// <param name="Tasks">The number of tasks that it holds for.</param>
public sealed record PlannedReason(string Reason, int Tasks);

/// <summary>What a resumed run would do with a step.</summary>
/// <param name="Step">The name of the step.</param>
/// <param name="Taken">The number of tasks that it takes over.</param>
/// <param name="Run">The number of tasks that it runs; null if it is not known, as the items are not.</param>
/// <param name="Reasons">Why tasks run: each reason, and the number of tasks that it holds for, the most frequent first.</param>
public sealed record PlannedStep(string Step, int Taken, int? Run, IReadOnlyList<PlannedReason> Reasons)
{
    /// <summary>Returns a line such as <c>fit  1 taken over, 2 to run: it has failed (1); it has not run (1)</c>.</summary>
    public override string ToString()
    {
        var run = Run is { } count ? $"{count} to run" : "its items are not known yet";
        var reasons = Reasons.Count == 0 ? "" : ": " + string.Join("; ", Reasons.Select(r => Run is null ? r.Reason : $"{r.Reason} ({r.Tasks})"));
        return $"{Step}  {Taken} taken over, {run}{reasons}";
    }
}

/// <summary>What a resumed run would take over and run.</summary>
/// <param name="Origin">The id of the run that is resumed.</param>
/// <param name="Steps">The steps in order.</param>
public sealed record ResumePlan(Guid Origin, IReadOnlyList<PlannedStep> Steps)
{
    /// <summary>Returns a line for each step, as <see cref="PlannedStep.ToString"/> does.</summary>
    public override string ToString() => string.Join('\n', Steps);
}
