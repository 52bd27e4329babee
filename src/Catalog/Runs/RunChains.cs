using System.Text.Json.Nodes;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog.Runs;

/// <summary>The chains of runs: what was decided about a run after its end.</summary>
internal sealed class RunChains(ArtifactStore store, RecordSource source, FeedPublisher feed)
{
    private const string Kind = "run";

    /// <summary>Appends a change of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="why">The reason. Optional.</param>
    /// <param name="decide">Decides on the newest state; returns null to append nothing. Called again after a lost race.</param>
    /// <param name="cancellationToken">Cancels the append.</param>
    /// <returns>Whether the change was appended.</returns>
    public async Task<bool> AppendAsync(Guid run, string? why, Func<RunState, (string Member, JsonNode Value, RunState State)?> decide, CancellationToken cancellationToken)
    {
        var chain = new Chain(store, ChainKey.OfRun(run).Folder, Kind, run.ToString());
        try
        {
            var known = await chain.FindHeadAsync(null, confirm: true, _ => { }, cancellationToken).ConfigureAwait(false);
            var (head, appended) = await chain.AppendAsync(
                known, isNewest: true, source.NextId(), (now, _) => new(Begin(run, why, StateOf(chain, now), decide)), null, cancellationToken).ConfigureAwait(false);
            if (appended)
                feed.Publish(head!.Record!);
            return appended;
        }
        catch (StoreException e)
        {
            e.WithContext("change the run in", store.GetUri(chain.Folder));
            throw;
        }
    }

    private JsonObject? Begin(Guid run, string? why, RunState now, Func<RunState, (string Member, JsonNode Value, RunState State)?> decide)
    {
        if (decide(now) is not var (member, value, state))
            return null;
        var change = new JsonObject { [member] = value };
        if (why is not null)
            change["why"] = why;
        return source.Begin(Kind, run.ToString(), ("change", change), ("state", state.Node));
    }

    private RunState StateOf(Chain chain, ChainHead? head)
    {
        try
        {
            return head?.Record is { } record ? RunState.Of(record) : new(head?.State ?? []);
        }
        catch (FormatException e)
        {
            throw Chain.Broken(store, chain.PathOf(head!.Sequence), e.Message, e);
        }
    }
}
