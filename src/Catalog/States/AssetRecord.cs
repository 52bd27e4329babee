using Cairn.Catalog.Records;

namespace Cairn.Catalog.States;

/// <summary>A record of an asset: one change, and the state after it. Every member that this software knows has been checked.</summary>
/// <param name="Record">The record.</param>
/// <param name="Change">The change.</param>
/// <param name="State">The state after it.</param>
internal sealed record AssetRecord(Record Record, AssetChange Change, AssetState State)
{
    /// <summary>Reads a record.</summary>
    /// <exception cref="FormatException">A member has another form than the format describes. The message gives the reason as a clause with the subject "it".</exception>
    public static AssetRecord Of(Record record) => new(record, AssetChange.Of(record), AssetState.After(record));
}
