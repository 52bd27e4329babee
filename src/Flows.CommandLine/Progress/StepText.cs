using System.Globalization;
using Cairn.Catalog;

namespace Cairn.Flows.Progress;

/// <summary>Describes how far a step is.</summary>
internal static class StepText
{
    /// <summary>Whether all tasks that are expected have ended.</summary>
    public static bool IsDone(StepProgress step) => step.Running == 0 && step.Total is { } total && step.Ended >= total;

    /// <summary>Whether no task of a step is to come: all have ended, or those that are left do not run since a task before them has failed.</summary>
    public static bool IsOver(IReadOnlyList<StepProgress> steps, int at) =>
        IsDone(steps[at]) || (steps[at].Running == 0 && steps.Take(at).Any(s => s.Failed + s.Cancelled > 0) && steps.Take(at).All(s => s.Running == 0));

    /// <summary>The state in a word.</summary>
    public static string State(StepProgress step, bool hasEnded) => step switch
    {
        { Running: > 0 } => "running",
        { Failed: > 0 } => "failed",
        { Cancelled: > 0 } => "cancelled",
        _ when IsDone(step) => "done",
        _ when hasEnded => "not run",
        { Ended: > 0 } => "running",
        _ => "waiting",
    };

    /// <summary>The numbers of a step, such as <c>12/24, 2 running, 1 failed, 3.2/s, 4 s left</c>.</summary>
    /// <param name="step">The step.</param>
    /// <param name="elapsed">How long it has run so far.</param>
    /// <param name="hasEnded">Whether the run has ended.</param>
    public static string Numbers(StepProgress step, TimeSpan elapsed, bool hasEnded)
    {
        List<string> parts = [];
        if (step.Total is not null || step.Ended > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{step.Ended}/{(step.Total is { } total ? total : "?")}"));
        Add(step.Running, "running");
        Add(step.TakenOver, "taken over");
        Add(step.Failed, "failed");
        Add(step.Cancelled, "cancelled");
        var ran = step.Ended - step.TakenOver;
        if (ran > 0 && elapsed > TimeSpan.Zero && step.Total is > 1)
        {
            var rate = ran / elapsed.TotalSeconds;
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{rate:0.0}/s"));
            if (!hasEnded && step.Total is { } all && all > step.Ended)
                parts.Add($"{Duration.Format(TimeSpan.FromSeconds((all - step.Ended) / rate))} left");
        }
        if (IsDone(step) && ran > 0)
            parts.Add(Duration.Format(elapsed));
        return string.Join(", ", parts);

        void Add(int count, string word)
        {
            if (count > 0)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {word}"));
        }
    }
}
