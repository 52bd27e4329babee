using Cairn.Layers;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Layers;

public class BackoffTests
{
    [Fact]
    public void A_wait_lies_between_what_the_store_asks_and_that_plus_the_ceiling() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(PositiveInt Attempt, NonNegativeInt Random, NonNegativeInt After)>(), t =>
        {
            var options = new RetryOptions { BaseDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(5) };
            TimeSpan? after = t.After.Get % 3 == 0 ? null : TimeSpan.FromMilliseconds(t.After.Get);
            var attempt = t.Attempt.Get % 200;
            var delay = Backoff.Delay(options, attempt + 1, after, t.Random.Get % 1000 / 1000.0);
            var ceiling = TimeSpan.FromMilliseconds(Math.Min(5000, 100 * Math.Pow(2, attempt)));
            var floor = after ?? TimeSpan.Zero;
            return delay >= floor && delay <= floor + ceiling;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_ceiling_doubles_and_the_jitter_is_full()
    {
        var options = new RetryOptions { BaseDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(6) };
        Enumerable.Range(1, 5).Select(n => Backoff.Delay(options, n, null, 0.5).TotalSeconds).ShouldBe([0.5, 1, 2, 3, 3]);
        Backoff.Delay(options, 4, null, 0).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Over_any_run_of_calls_the_retries_are_bounded_by_the_reserve_and_the_share() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(bool[] IsCall, NonNegativeInt Reserve, NonNegativeInt Percent)>(), t =>
        {
            var (ratio, reserve) = (t.Percent.Get % 101 / 100.0, t.Reserve.Get % 30);
            var budget = new RetryBudget(ratio, reserve);
            var (calls, retries) = (0, 0);
            foreach (var isCall in t.IsCall)
            {
                if (isCall)
                {
                    calls++;
                    budget.Earn();
                }
                else if (budget.TrySpend())
                    retries++;
                if (retries > reserve + (ratio * calls) + 1e-9)
                    return false;
            }
            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_not_spent_is_not_saved_beyond_the_reserve()
    {
        var budget = new RetryBudget(1, 3);
        for (var i = 0; i < 100; i++)
            budget.Earn();
        Enumerable.Range(0, 100).Count(_ => budget.TrySpend()).ShouldBe(3);
    }
}
