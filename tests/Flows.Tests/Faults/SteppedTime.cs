namespace Flows.Tests.Faults;

/// <summary>A clock that a test moves, and sets. Its timers are those of the system.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _moved;
    private long _offset;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Lets time pass.</summary>
    public void Move(TimeSpan by) => Interlocked.Add(ref _moved, by.Ticks);

    /// <summary>Sets the clock, as a person does: timestamps go on.</summary>
    public void Set(TimeSpan offset) => Interlocked.Exchange(ref _offset, offset.Ticks);

    public override long GetTimestamp() => Interlocked.Read(ref _moved) + DateTimeOffset.UtcNow.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp() + Interlocked.Read(ref _offset), TimeSpan.Zero);
}
