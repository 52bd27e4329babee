using System.Collections.Immutable;
using Cairn.Catalog;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;

namespace Cairn.Flows.Engine;

/// <summary>Runs the steps of a flow in order, side by side where it splits.</summary>
/// <param name="nodes">The description.</param>
/// <param name="tasks">Runs single tasks.</param>
/// <param name="elsewhere">Waits for tasks of other processes.</param>
internal sealed class FlowRunner<TState>(IReadOnlyList<FlowNode<TState>> nodes, TaskRunner<TState> tasks, Elsewhere elsewhere)
    where TState : class, IFlowState, new()
{
    private JoinFailure? _unseen;

    /// <summary>Runs the flow.</summary>
    /// <param name="start">The branch to begin with; null for an empty state.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <exception cref="Exception">The first error of a task, as it was thrown.</exception>
    public async Task RunAsync(Branch? start, CancellationToken cancellationToken)
    {
        start ??= new Branch(ImmutableDictionary.Create<string, StateValue>(StringComparer.Ordinal), null, null, null, null, IsTakenOver: true);
        Expect(0, nodes.Count, depth: 0, count: 1);
        await RunRangeAsync(0, nodes.Count, start, cancellationToken).ConfigureAwait(false);
        await tasks.SettleAsync().ConfigureAwait(false);
        if (_unseen is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure.Error);
    }

    /// <summary>The steps as the record of the run lists them.</summary>
    public static IReadOnlyList<StepRecord> Describe(IReadOnlyList<FlowNode<TState>> nodes)
    {
        List<StepRecord> steps = [];
        IReadOnlyList<string> before = [];
        foreach (var node in nodes)
        {
            if (node is BranchNode<TState> split)
            {
                steps.AddRange(split.Branches.Select(b => new StepRecord(b.Name, StepKind.Step, before)));
                before = [.. split.Branches.Select(b => b.Name)];
                continue;
            }
            steps.Add(new(node.Name, node switch { ForEachNode<TState> => StepKind.ForEach, JoinNode<TState> => StepKind.Join, _ => StepKind.Step }, before));
            before = [node.Name];
        }
        return steps;
    }

    /// <summary>Runs a part of the description for one branch.</summary>
    /// <returns>The branch afterwards, and the last step.</returns>
    private async Task<(Branch Branch, string Step)> RunRangeAsync(int from, int to, Branch branch, CancellationToken cancellationToken, string last = "", ItemSlot? slot = null)
    {
        for (var at = from; at < to;)
        {
            var node = nodes[at];
            if (node is StepNode<TState> step)
            {
                branch = await tasks.RunAsync(step.Name, step.Options, at + 1 == to ? branch with { Slot = slot } : branch, step.Body, cancellationToken).ConfigureAwait(false);
                last = step.Name;
                at++;
                continue;
            }
            var join = FindJoin(nodes, at, to);
            var (fork, ended, failed) = node switch
            {
                ForEachNode<TState> each => await RunItemsAsync(each, at + 1, join, branch, cancellationToken).ConfigureAwait(false),
                BranchNode<TState> split => await RunBranchesAsync(split, branch, cancellationToken).ConfigureAwait(false),
                _ => throw new InvalidOperationException($"The step '{node.Name}' cannot begin here."),
            };
            if (join == to)
            {
                Remember(failed);
                return (fork, node.Name);
            }
            var closing = (JoinNode<TState>)nodes[join];
            var (after, hasSeen) = await tasks.JoinAsync(closing, fork, ended, failed, cancellationToken).ConfigureAwait(false);
            if (!hasSeen)
                Remember(failed);
            (branch, last, at) = (after, closing.Name, join + 1);
        }
        return (branch, last);
    }

    /// <summary>Reports the tasks that are expected of the steps at one depth. Those of a foreach are known when its items are.</summary>
    private void Expect(int from, int to, int depth, int count)
    {
        for (var at = from; at < to; at++)
        {
            var node = nodes[at];
            if (node.Depth != depth || node is ForEachNode<TState>)
                continue;
            foreach (var step in node is BranchNode<TState> split ? split.Branches.Select(b => b.Name) : [node.Name])
                tasks.Expect(step, count);
        }
    }

    private void Remember(IReadOnlyList<JoinFailure> failed)
    {
        if (failed.Count > 0)
            Interlocked.CompareExchange(ref _unseen, failed[0], null);
    }

    /// <summary>The position of the join that ends a split; the end of the range if there is none.</summary>
    public static int FindJoin(IReadOnlyList<FlowNode<TState>> nodes, int split, int to)
    {
        for (var at = split + 1; at < to; at++)
        {
            if (nodes[at] is JoinNode<TState> join && join.Depth == nodes[split].Depth)
                return at;
        }
        return to;
    }

    /// <summary>Runs the steps up to the join for each item.</summary>
    /// <returns>The branch at the split, the branches that ended, and the failures.</returns>
    private async Task<(Branch Fork, IReadOnlyList<(Branch, string)> Ended, IReadOnlyList<JoinFailure> Failed)> RunItemsAsync(
        ForEachNode<TState> node, int from, int to, Branch branch, CancellationToken cancellationToken)
    {
        var (split, items) = await tasks.SplitAsync(node, branch, cancellationToken).ConfigureAwait(false);
        tasks.Expect(node.Name, items.Keys.Count);
        Expect(from, to, node.Depth + 1, items.Keys.Count);
        var taken = node.Items.RunsElsewhere ? await TakeItemsAsync(node, split, items, cancellationToken).ConfigureAwait(false) : [];
        var (ended, failed) = await RunSideBySideAsync(items.Keys.Count, node.Items.Parallelism, node.Items.OnFailure, async (index, slot, stopping) =>
        {
            var item = split.Of(items.Keys[index], index);
            var first = !node.Items.RunsElsewhere
                ? await tasks.RunItemAsync(node, from == to ? item with { Slot = slot } : item, items, index, stopping).ConfigureAwait(false)
                : taken[index] ?? tasks.Follow(await elsewhere.WaitAsync(node.Name, item.Item, stopping).ConfigureAwait(false), item);
            return await RunRangeAsync(from, to, first, stopping, node.Name, slot).ConfigureAwait(false);
        }, index => (node.Name, split.Of(items.Keys[index], index).Item), cancellationToken).ConfigureAwait(false);
        return (split, ended, failed);
    }

    /// <summary>Publishes the items for other processes, together with those that are taken over: nobody sees an item that has ended as one that is left.</summary>
    private async Task<Branch?[]> TakeItemsAsync(ForEachNode<TState> node, Branch split, SplitItems<TState> items, CancellationToken cancellationToken)
    {
        var taken = new Branch?[items.Keys.Count];
        for (var index = 0; index < taken.Length; index++)
        {
            var item = split.Of(items.Keys[index], index);
            if (tasks.TryTake(node.Name, item) is not null)
                taken[index] = await tasks.RunItemAsync(node, item, items, index, cancellationToken).ConfigureAwait(false);
        }
        await tasks.SettleAsync().ConfigureAwait(false);
        return taken;
    }

    private async Task<(Branch Fork, IReadOnlyList<(Branch, string)> Ended, IReadOnlyList<JoinFailure> Failed)> RunBranchesAsync(
        BranchNode<TState> node, Branch branch, CancellationToken cancellationToken)
    {
        var (ended, failed) = await RunSideBySideAsync(node.Branches.Count, node.Branches.Count, ForEachFailure.Stop, async (index, _, stopping) =>
        {
            var step = node.Branches[index];
            return (await tasks.RunAsync(step.Name, step.Options, branch, step.Body, stopping).ConfigureAwait(false), step.Name);
        }, index => (node.Branches[index].Name, branch.Item), cancellationToken).ConfigureAwait(false);
        return (branch, ended, failed);
    }

    /// <summary>Runs branches with bounded parallelism. In addition, the same number of branches may wait for the records of their last tasks.</summary>
    /// <returns>The branches that ended, in order, and the failures in the order in which they happened.</returns>
    private static async Task<(IReadOnlyList<(Branch, string)> Ended, IReadOnlyList<JoinFailure> Failed)> RunSideBySideAsync(
        int count,
        int parallelism,
        ForEachFailure onFailure,
        Func<int, ItemSlot, CancellationToken, Task<(Branch, string)>> run,
        Func<int, (string Step, string? Item)> nameOf,
        CancellationToken cancellationToken)
    {
        var ended = new (Branch, string)?[count];
        List<JoinFailure> failed = [];
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var places = new SemaphoreSlim(parallelism);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, (int)Math.Min(2L * parallelism, count)).Select(_ => Task.Run(WorkAsync, CancellationToken.None))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (onFailure == ForEachFailure.Stop && failed.Count > 0)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed[0].Error);
        return ([.. ended.Where(e => e is not null).Select(e => e!.Value)], failed);

        async Task WorkAsync()
        {
            while (true)
            {
                var (slot, index) = (new ItemSlot(places), -1);
                try
                {
                    await slot.TakeAsync(stopping.Token).ConfigureAwait(false);
                    if ((index = Interlocked.Increment(ref next)) >= count)
                        return;
                    ended[index] = await run(index, slot, stopping.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (stopping.IsCancellationRequested)
                {
                    // The error that caused it, or the caller, has stopped the others.
                    return;
                }
                catch (Exception e)
                {
                    var (step, item) = nameOf(index);
                    lock (failed)
                        failed.Add(new(step, item, e));
                    if (onFailure == ForEachFailure.Stop)
                        await stopping.CancelAsync().ConfigureAwait(false);
                }
                finally
                {
                    slot.Release();
                }
            }
        }
    }
}
