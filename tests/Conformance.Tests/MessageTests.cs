namespace Cairn.Conformance.Tests;

/// <summary>What the kit says when it fails is enough to act on.</summary>
public sealed class MessageTests
{
    private static readonly StorePath Missing = "missing";

    [Fact]
    public async Task A_call_that_should_have_failed_is_named_with_the_code()
    {
        var error = await Should.ThrowAsync<Exception>(() => Expect.ErrorAsync(StoreErrorCode.NotFound, () => Task.FromResult(Missing)));
        error.Message.ShouldContain("Task.FromResult(Missing) should fail with NotFound, but succeeded");

        error = await Should.ThrowAsync<Exception>(() => Expect.ErrorAsync(
            [StoreErrorCode.NotFound, StoreErrorCode.PathConflict], () => Task.FromException(new StoreException(StoreErrorCode.Unavailable, "busy"))));
        error.Message.ShouldContain("should fail with NotFound or PathConflict, but failed with Unavailable");

        error = await Should.ThrowAsync<Exception>(() => Expect.ErrorAsync(StoreErrorCode.NotFound, () => Task.FromException(new InvalidOperationException("odd"))));
        error.Message.ShouldContain("should fail with NotFound, but failed with InvalidOperationException");
        error.Message.ShouldContain("odd");

        error = await Should.ThrowAsync<Exception>(() => Expect.ErrorAsync(StoreErrorCode.NotFound, () => Task.FromException(new StoreException(StoreErrorCode.NotFound, "gone"))));
        error.Message.ShouldContain("does not name the operation and its target");
    }

    [Fact]
    public void The_lines_of_suites_that_are_missing_can_be_pasted_whole()
    {
        var error = Should.Throw<Exception>(() => new Incomplete().Every_suite_is_derived_or_skipped_with_a_reason());
        error.Message.ShouldContain("public sealed class OffsetExclusivity : OffsetExclusivityTests<HangingHarness>;");
        error.Message.ShouldContain("public sealed class NonexistentContainer : NonexistentContainerTests<HangingHarness>;");
    }

    private sealed class Incomplete : CompletenessTests<HangingHarness>;
}
