namespace Cairn.Tests;

public class ByteRangeTests
{
    [Theory]
    [InlineData(0, null, 0, 0)]
    [InlineData(0, 5L, 0, 0)]
    [InlineData(0, null, 10, 10)]
    [InlineData(3, null, 10, 7)]
    [InlineData(3, 4L, 10, 4)]
    [InlineData(9, 4L, 10, 1)]
    [InlineData(0, long.MaxValue - 1, 10, 10)]
    public void A_range_gives_what_there_is(long offset, long? length, long total, long expected) =>
        new ByteRange(offset, length).LengthIn(total).ShouldBe(expected);

    [Theory]
    [InlineData(10, 10)]
    [InlineData(11, 10)]
    [InlineData(1, 0)]
    public void A_start_at_or_past_the_end_is_not_satisfiable(long offset, long total) =>
        Should.Throw<StoreException>(() => new ByteRange(offset).LengthIn(total)).Code.ShouldBe(StoreErrorCode.RangeNotSatisfiable);

    [Fact]
    public void Nonsense_is_refused_when_it_is_made()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new ByteRange(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => new ByteRange(0, 0));
        Should.Throw<ArgumentOutOfRangeException>(() => new ByteRange(0, -5));
        Should.Throw<ArgumentOutOfRangeException>(() => new ByteRange(2, long.MaxValue));
    }

    [Fact]
    public void The_default_is_everything()
    {
        default(ByteRange).ShouldBe(ByteRange.All);
        ByteRange.All.IsAll.ShouldBeTrue();
        new ByteRange(0, 1).IsAll.ShouldBeFalse();
        new ByteRange(5, 10).ToString().ShouldBe("bytes=5-14");
        new ByteRange(5).ToString().ShouldBe("bytes=5-");
    }
}
