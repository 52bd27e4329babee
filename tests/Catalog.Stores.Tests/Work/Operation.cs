using System.Globalization;
using System.Text.Json.Serialization;

namespace Catalog.Stores.Tests.Work;

/// <summary>What a worker does to an asset.</summary>
internal enum Deed
{
    Save, Register, Move, Remove, Delete, Restore, Pin, Unpin, Describe, DescribeVersion, Rename, Release, DeleteAsset, RestoreAsset,
}

/// <summary>One call. Its <see cref="Token"/> is in the record that it makes, wherever a call has a place for it.</summary>
/// <param name="By">The user, which is the worker's own.</param>
/// <param name="Number">Its number among the calls of the worker.</param>
/// <param name="Deed">What is called.</param>
/// <param name="Asset">A name of the asset.</param>
internal sealed record Operation(string By, int Number, Deed Deed, string Asset)
{
    /// <summary>The version.</summary>
    public int Version { get; init; }

    /// <summary>The alias.</summary>
    public string? Alias { get; init; }

    /// <summary>Where the alias has to be: null for anywhere, 0 for nowhere.</summary>
    public int? From { get; init; }

    /// <summary>Whether aliases go with a version, or the moved alias becomes fixed.</summary>
    public bool With { get; init; }

    /// <summary>The other name.</summary>
    public string? Name { get; init; }

    [JsonIgnore]
    public string Token => string.Create(CultureInfo.InvariantCulture, $"{By}/{Number}");
}

/// <summary>What came of a call: <c>changed</c>, <c>unchanged</c>, the code of a refusal, or <c>unknown</c> after a failure of the store; then its change may be there.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Version">The number of the saved version.</param>
/// <param name="Artifact">Its artifact.</param>
/// <param name="AssetId">The id of its asset.</param>
/// <param name="Detail">The message of an error.</param>
internal sealed record Answer(string Outcome, int Version = 0, string? Artifact = null, Guid AssetId = default, string? Detail = null)
{
    public const string Changed = "changed";
    public const string Unchanged = "unchanged";
    public const string Unknown = "unknown";
    public const string NotFound = "NotFound";
    public const string Refused = "PreconditionFailed";
    public const string Taken = "AlreadyExists";
}

/// <summary>A call and its answer; no answer for one that was under way when its process was killed.</summary>
internal sealed record Entry(Operation Operation, Answer? Answer)
{
    public bool IsUncertain => Answer is null or { Outcome: Answer.Unknown };
}
