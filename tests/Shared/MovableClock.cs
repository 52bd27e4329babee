namespace Cairn.Tests;

/// <summary>The system's clock, moved ahead by a test.</summary>
internal sealed class MovableClock : TimeProvider
{
    private TimeSpan _ahead;

    public void Advance(TimeSpan by) => _ahead += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
}
