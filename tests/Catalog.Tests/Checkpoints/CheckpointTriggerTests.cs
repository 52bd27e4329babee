using Cairn;
using Cairn.Catalog.Checkpoints;
using Microsoft.Extensions.Logging;

namespace Catalog.Tests.Checkpoints;

/// <summary>A checkpoint after a batch, in the background: one at a time, given up at the end, and its failure logged.</summary>
public sealed class CheckpointTriggerTests
{
    [Fact]
    public async Task One_checkpoint_is_made_at_a_time()
    {
        var (made, gate) = (0, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        var trigger = new CheckpointTrigger(new LogOfTest(), MakeAsync, odds: 1);
        for (var i = 0; i < 10; i++)
            trigger.OnBatch();
        await WaitAsync(() => made > 0);
        gate.SetResult(true);
        await trigger.DisposeAsync();
        made.ShouldBe(1);

        await using var next = new CheckpointTrigger(new LogOfTest(), MakeAsync, odds: 1);
        await WaitAsync(() =>
        {
            next.OnBatch();
            return made > 2;
        });

        Task<bool> MakeAsync(CancellationToken stopping)
        {
            Interlocked.Increment(ref made);
            return gate.Task;
        }
    }

    [Fact]
    public async Task The_end_gives_up_the_checkpoint_that_is_being_made()
    {
        var log = new LogOfTest();
        var stopped = false;
        var trigger = new CheckpointTrigger(log, async stopping =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stopping);
            }
            finally
            {
                stopped = true;
            }
            return true;
        }, odds: 1);
        trigger.OnBatch();
        await trigger.DisposeAsync();
        await trigger.DisposeAsync();
        trigger.OnBatch();
        (stopped, log.Lines.Count).ShouldBe((true, 0));
    }

    [Fact]
    public async Task A_failure_is_logged()
    {
        var log = new LogOfTest();
        var trigger = new CheckpointTrigger(log, _ => throw new StoreException(StoreErrorCode.PermissionDenied, "the test refuses it"), odds: 1);
        trigger.OnBatch();
        await WaitAsync(() => log.Lines.Count == 1);
        await trigger.DisposeAsync();
        log.Lines.ShouldHaveSingleItem().ShouldStartWith("Warning: A checkpoint of the catalog could not be written.");
    }

    private static async Task WaitAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
            await Task.Delay(1, limit.Token);
    }
}
