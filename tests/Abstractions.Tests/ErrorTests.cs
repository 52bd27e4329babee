namespace Cairn.Tests;

public class ErrorTests
{
    [Fact]
    public void The_message_says_what_on_what_why_and_what_to_do()
    {
        var error = new StoreException(new StoreFault(StoreErrorCode.Throttled, "the service asks to slow down")
        {
            RetryAfter = TimeSpan.FromSeconds(3),
            RequestId = "r-1",
            Advice = "Lower --parallelism.",
        }).WithContext("write", StoreUri.Parse("s3://b/k")).WithContext("copy", StoreUri.Parse("s3://b/other"));
        error.Message.ShouldBe("Cannot write s3://b/k: the service asks to slow down (Throttled). Lower --parallelism. Request id r-1.");
        error.IsTransient.ShouldBeTrue();
        error.RetryAfter.ShouldBe(TimeSpan.FromSeconds(3));
        error.Operation.ShouldBe("write");
        error.ShouldBeAssignableTo<IOException>();
    }

    [Fact]
    public void What_is_not_known_is_not_in_the_message()
    {
        new StoreException(StoreErrorCode.NotFound, "it does not exist").Message.ShouldBe("it does not exist (NotFound).");
        Should.Throw<ArgumentNullException>(() => new StoreException((StoreFault)null!));
    }

    [Theory]
    [InlineData(StoreErrorCode.NotFound, false)]
    [InlineData(StoreErrorCode.Unavailable, true)]
    [InlineData(StoreErrorCode.IntegrityFailure, false)]
    public void Only_what_may_pass_is_transient(StoreErrorCode code, bool transient) => new StoreException(code, "x").IsTransient.ShouldBe(transient);
}
