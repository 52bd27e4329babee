using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;

namespace Cairn.Catalog.Keys;

/// <summary>The chains that say which run a key belongs to. The newest record decides: a run that is lost is replaced by the next record.</summary>
internal sealed class RunKeys(ArtifactStore store, RecordSource source)
{
    public const string OfRuns = "run";

    /// <summary>The digest of a flow and its parameters: SHA-256 of JSON whose members are sorted.</summary>
    public static string PrintOf(string flow, JsonObject? parameters) =>
        BlobDigest.Of(RecordJson.Write(new JsonObject { ["flow"] = UnicodeTable.Fold(flow), ["params"] = SaveKey.Sorted(parameters) })).Hex;

    /// <summary>Claims a key for a run, unless it belongs to one that is not lost.</summary>
    /// <param name="key">The key.</param>
    /// <param name="run">The run that is to begin.</param>
    /// <param name="print">The digest of what is asked for.</param>
    /// <param name="isLost">Tells whether the run that the key belongs to is lost.</param>
    /// <param name="cancellationToken">Cancels the claim.</param>
    /// <returns>The run that the key belongs to now.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.AlreadyExists"/>: the key was used for something else.</exception>
    public async Task<RunClaim> ClaimAsync(string key, Guid run, string print, Func<RunClaim, CancellationToken, Task<bool>> isLost, CancellationToken cancellationToken)
    {
        var chain = KeyChain.Open(store, key);
        var (head, _) = await chain.AppendAsync(null, isNewest: true, source.NextId(), async (now, stopping) =>
        {
            var before = now is null ? null : Read(key, chain, now.Record!);
            if (before is not null && before.Print != print)
                throw Refused(key, "for a run of another flow or with other parameters");
            return before is not null && !await isLost(before, stopping).ConfigureAwait(false)
                ? null
                : source.Begin(KeyChain.Kind, key, ("of", OfRuns), ("run", run.ToString()), ("request", print));
        }, null, cancellationToken).ConfigureAwait(false);
        return Read(key, chain, head!.Record!);
    }

    /// <summary>Finds the run that has replaced the one of a claim; null if there is none.</summary>
    public async Task<Guid?> FindSuccessorAsync(string key, RunClaim claim, CancellationToken cancellationToken)
    {
        var chain = KeyChain.Open(store, key);
        return await chain.TryReadAsync(claim.Sequence + 1, cancellationToken).ConfigureAwait(false) is { } record ? Read(key, chain, record).RunId : null;
    }

    private RunClaim Read(string key, Chain chain, Record record)
    {
        try
        {
            return Record.Text(record.Node["of"]) switch
            {
                OfRuns => new(RecordValues.Id(record.Node["run"], "run"), record.Sequence, record.At, Record.Text(record.Node["request"]) ?? throw Record.Wrong("request")),
                SaveKeys.OfSaves => throw Refused(key, "for a save"),
                _ => throw new FormatException("it does not say which run the key belongs to"),
            };
        }
        catch (FormatException e)
        {
            throw Chain.Broken(store, chain.PathOf(record.Sequence), e.Message, e);
        }
    }

    private StoreException Refused(string key, string use) =>
        new StoreException(new StoreFault(StoreErrorCode.AlreadyExists, $"the key '{ErrorText.Escape(key)}' was used {use}") { Advice = "Use a new key for another run." })
            .WithContext("begin a run with the key in", store.GetUri(KeyChain.FolderOf(key)));
}
