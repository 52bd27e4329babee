namespace Cairn.Flows;

/// <summary>How often a task that fails is tried.</summary>
/// <param name="MaxAttempts">The most attempts, including the first one; at least 1.</param>
/// <param name="Delay">The wait before the second attempt, which doubles with each one. Default: one second.</param>
public sealed record StepRetry(int MaxAttempts, TimeSpan? Delay = null)
{
    private static readonly TimeSpan _most = TimeSpan.FromMinutes(5);

    /// <summary>Gets which errors are tried again. Default: all but cancellation.</summary>
    public Func<Exception, bool> On { get; init; } = _ => true;

    internal TimeSpan DelayAfter(int attempt)
    {
        var delay = (Delay ?? TimeSpan.FromSeconds(1)) * Math.Pow(2, attempt - 1);
        return delay < _most ? delay : _most;
    }
}
