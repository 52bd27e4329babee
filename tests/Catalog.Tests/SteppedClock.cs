namespace Catalog.Tests;

/// <summary>A clock that is as far from another one as the test says.</summary>
internal sealed class SteppedClock(TimeProvider source) : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => source.GetUtcNow() + Offset;
}
