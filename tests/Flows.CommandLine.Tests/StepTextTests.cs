using Cairn.Catalog;
using Cairn.Flows.Progress;

namespace Flows.CommandLine.Tests;

/// <summary>How far a step is, in words.</summary>
public sealed class StepTextTests
{
    private static readonly StepProgress _fit = new("fit", StepKind.ForEach);

    [Fact]
    public void The_rate_is_that_of_tasks_that_ran_and_gives_the_time_left()
    {
        var step = _fit with { Total = 24, Running = 2, Succeeded = 9, TakenOver = 5, Failed = 1 };
        StepText.Numbers(step, TimeSpan.FromSeconds(20), hasEnded: false).ShouldBe("15/24, 2 running, 5 taken over, 1 failed, 0.5/s, 18 s left");
        StepText.State(step, hasEnded: false).ShouldBe("running");
        StepText.Numbers(step with { Running = 0 }, TimeSpan.FromSeconds(20), hasEnded: true).ShouldBe("15/24, 5 taken over, 1 failed, 0.5/s");
    }

    [Fact]
    public void The_state_tells_what_is_left()
    {
        StepText.State(_fit, hasEnded: false).ShouldBe("waiting");
        StepText.State(_fit, hasEnded: true).ShouldBe("not run");
        StepText.State(_fit with { Total = 2, Succeeded = 1 }, hasEnded: false).ShouldBe("running");
        StepText.State(_fit with { Total = 2, Succeeded = 2 }, hasEnded: false).ShouldBe("done");
        StepText.State(_fit with { Total = 2, Succeeded = 1, Failed = 1 }, hasEnded: false).ShouldBe("failed");
        StepText.State(_fit with { Total = 2, Cancelled = 1 }, hasEnded: true).ShouldBe("cancelled");
        StepText.State(_fit with { Total = 0 }, hasEnded: false).ShouldBe("done");
        StepText.Numbers(_fit with { Running = 1 }, TimeSpan.Zero, hasEnded: false).ShouldBe("1 running");
    }

    [Fact]
    public void A_step_of_a_foreach_is_over_when_no_item_can_come()
    {
        StepProgress[] steps = [_fit with { Total = 3, Succeeded = 1, Running = 1 }, new("test", StepKind.Step) { Total = 3, Succeeded = 1 }];
        StepText.IsOver(steps, 1).ShouldBeFalse();
        steps[0] = _fit with { Total = 3, Succeeded = 1 };
        StepText.IsOver(steps, 1).ShouldBeFalse();
        steps[0] = _fit with { Total = 3, Succeeded = 2, Failed = 1 };
        StepText.IsOver(steps, 1).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(9.5, "9.5 s")]
    [InlineData(59, "59 s")]
    [InlineData(61, "1 min 01 s")]
    [InlineData(7_260, "2 h 01 min")]
    [InlineData(100_000, "27 h 46 min")]
    public void A_duration_is_short(double seconds, string text) => Duration.Format(TimeSpan.FromSeconds(seconds)).ShouldBe(text);
}
