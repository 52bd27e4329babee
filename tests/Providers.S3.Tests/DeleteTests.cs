namespace Cairn.Providers.S3.Tests;

public sealed class DeleteTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_failure_of_a_batch_is_reported()
    {
        await using var recorder = new S3Recorder();
        await using var driver = await recorder.DriverAsync([]);
        var results = await driver.DeleteAsync(new([new("a"), new("held"), new("c")]), Cancel);
        recorder.Requests.ShouldHaveSingleItem().Target.ShouldContain("?delete");
        results.Select(static r => (r.Path.Value, r.Outcome)).ShouldBe([("a", DeleteOutcome.Deleted), ("held", DeleteOutcome.Failed), ("c", DeleteOutcome.Deleted)]);
        driver.Classify(results[1].Error!).Code.ShouldBe(StoreErrorCode.PermissionDenied);
    }
}
