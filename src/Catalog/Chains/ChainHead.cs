using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Chains;

/// <summary>The newest known record of a chain: its number, its hash and the state after it.</summary>
/// <param name="Sequence">The record's number.</param>
/// <param name="Hash">The hash of the record as stored.</param>
/// <param name="State">The member <c>state</c> of the record; empty for a chain whose records have none. Never changed: an edit begins with a clone.</param>
/// <param name="Record">The record; null if only its number, hash and state are known.</param>
internal sealed record ChainHead(int Sequence, BlobDigest Hash, JsonObject State, Record? Record)
{
    public static ChainHead Of(Record record) => new(record.Sequence, record.Hash, record.Node["state"] as JsonObject ?? [], record);
}
