using Cairn.Catalog;

namespace Cairn.Flows.Progress;

/// <summary>Shows how far a run is. Thread-safe.</summary>
internal sealed class ProgressDisplay : IProgress<RunProgress>, IAsyncDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(200);
    private readonly TextWriter _error;
    private readonly ProgressStyle _style;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StepClock> _clocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _printed = new(StringComparer.Ordinal);
    private readonly LiveLines? _live;
    private readonly long _began;
    private RunProgress? _last;
    private ITimer? _timer;

    public ProgressDisplay(TextWriter error, ProgressStyle style, TimeProvider time)
    {
        (_error, _style, _time, _began) = (error, style, time, time.GetTimestamp());
        if (style == ProgressStyle.Terminal)
            _live = new(error);
    }

    /// <summary>Gets the id of the run; null until it has begun.</summary>
    public Guid? Run => _last?.Run;

    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            var isFirst = _last is null;
            _last = value;
            var now = _time.GetElapsedTime(_began);
            foreach (var step in value.Changed is { } changed ? [changed] : value.Steps)
                ClockOf(step).Update(step, now);
            if (_style == ProgressStyle.Lines)
                Print(value, isFirst, now);
            else if (_style == ProgressStyle.Terminal && isFirst)
                _timer = _time.CreateTimer(_ => Draw(hasEnded: false), null, TimeSpan.Zero, _period);
        }
    }

    /// <summary>Shows the last state.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        if (_live is not null)
        {
            Draw(hasEnded: true);
            _live.Dispose();
        }
        if (_style != ProgressStyle.Lines || _last is not { } last)
            return;
        // Steps that have not ended as expected, since a task failed.
        foreach (var step in last.Steps.Where(s => s.Ended > 0))
            Print(last, step, _time.GetElapsedTime(_began));
    }

    private StepClock ClockOf(StepProgress step)
    {
        if (!_clocks.TryGetValue(step.Step, out var clock))
            _clocks[step.Step] = clock = new();
        return clock;
    }

    private void Print(RunProgress value, bool isFirst, TimeSpan now)
    {
        if (isFirst)
            _error.WriteLine($"{TerminalText.OneLine(value.Reference)} has begun");
        // A step in a foreach has ended when the steps before it have: until then, more items may come.
        for (var at = 0; at < value.Steps.Count && StepText.IsOver(value.Steps, at); at++)
        {
            if (StepText.IsDone(value.Steps[at]) && value.Steps[at].Total > 0)
                Print(value, value.Steps[at], now);
        }
    }

    private void Print(RunProgress value, StepProgress step, TimeSpan now)
    {
        if (_printed.TryGetValue(step.Step, out var ended) && ended == step.Ended)
            return;
        _printed[step.Step] = step.Ended;
        _error.WriteLine(TerminalText.OneLine($"{value.Reference} {step.Step}: {StepText.Numbers(step, ClockOf(step).Elapsed(now), hasEnded: true)}"));
    }

    private void Draw(bool hasEnded)
    {
        lock (_lock)
        {
            if (_last is not { } last)
                return;
            var now = _time.GetElapsedTime(_began);
            var width = last.Steps.Max(s => s.Step.Length);
            List<string> lines = [$"{last.Reference}  {Duration.Format(now)}"];
            lines.AddRange(last.Steps.Select(s => $"  {s.Step.PadRight(width)}  {StepText.State(s, hasEnded),-9}  {StepText.Numbers(s, ClockOf(s).Elapsed(now), hasEnded)}".TrimEnd()));
            _live!.Show([.. lines.Select(l => TerminalText.Escape(l))]);
        }
    }
}
