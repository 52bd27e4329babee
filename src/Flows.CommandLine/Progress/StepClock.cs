using Cairn.Catalog;

namespace Cairn.Flows.Progress;

/// <summary>The times of a step: when its first task began, and when its last one ended.</summary>
internal sealed class StepClock
{
    private TimeSpan? _began;
    private TimeSpan? _ended;

    public void Update(StepProgress step, TimeSpan now)
    {
        if (step.Running > 0 || step.Ended > 0)
            _began ??= now;
        _ended = StepText.IsDone(step) ? _ended ?? now : null;
    }

    /// <summary>How long the step has taken so far.</summary>
    public TimeSpan Elapsed(TimeSpan now) => _began is { } began ? (_ended ?? now) - began : TimeSpan.Zero;
}
