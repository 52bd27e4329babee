namespace Cairn.Catalog.Feed;

/// <summary>The store's time, as far as a program knows it: its own clock, corrected by what it learns from the times that the store gives to files.</summary>
/// <remarks>Clocks are set while a program runs, and machines are suspended; so nothing is trusted that was not confirmed by a write since. Not thread-safe.</remarks>
internal sealed class StoreClock(TimeProvider time)
{
    private TimeSpan _offset;

    /// <summary>Gets the store's time, by the offset that was learnt last.</summary>
    public DateTimeOffset Now => time.GetUtcNow() + _offset;

    /// <summary>Begins to observe a write.</summary>
    public (DateTimeOffset Wall, long Timestamp) Begin() => (time.GetUtcNow(), time.GetTimestamp());

    /// <summary>Learns from a write that has returned.</summary>
    /// <param name="begin">The result of <see cref="Begin"/> before the write.</param>
    /// <param name="modified">The time that the store gave to the file.</param>
    /// <returns>
    /// The earliest and the latest time that it can have been at the store when the write returned. The file may have got its time at the beginning of the write, and a clock that counts no
    /// suspension makes the write seem short; therefore, the longer of both durations counts.
    /// </returns>
    public (DateTimeOffset Earliest, DateTimeOffset Latest) Learn((DateTimeOffset Wall, long Timestamp) begin, DateTimeOffset modified)
    {
        var wall = time.GetUtcNow();
        var (byWall, byTimestamp) = (wall - begin.Wall, time.GetElapsedTime(begin.Timestamp));
        _offset = modified - wall;
        return (modified, modified + (byWall > byTimestamp ? byWall : byTimestamp));
    }
}
