using System.Globalization;
using Cairn.Errors;

namespace Cairn.Catalog;

/// <summary>The exception that is thrown when an alias is not where the caller expected it. Its code is <see cref="StoreErrorCode.PreconditionFailed"/>.</summary>
public sealed class AliasMovedException : StoreException
{
    internal AliasMovedException(string alias, int? expected, int? actual, string by = "", DateTimeOffset? at = null)
        : base(new StoreFault(StoreErrorCode.PreconditionFailed, Text(alias, expected, actual, by, at)) { Advice = "Look at the version that it leads to now, and decide again." }) =>
        (Alias, Expected, Actual, MovedBy, MovedAt) = (alias, expected, actual, by, at);

    /// <summary>Gets the alias.</summary>
    public string Alias { get; }

    /// <summary>Gets the version that the caller expected; null if it expected that the alias did not exist.</summary>
    public int? Expected { get; }

    /// <summary>Gets the version to which the alias leads; null if it does not exist.</summary>
    public int? Actual { get; }

    /// <summary>Gets the id of the user who moved it there; empty if unknown.</summary>
    public string MovedBy { get; }

    /// <summary>Gets when it was moved there, by the clock of the writer; null if it was never set.</summary>
    public DateTimeOffset? MovedAt { get; }

    private static string Text(string alias, int? expected, int? actual, string by, DateTimeOffset? at)
    {
        if (actual is null)
            return string.Create(CultureInfo.InvariantCulture, $"the alias '{ErrorText.Escape(alias)}' does not exist, and should be at version {expected}");
        var where = string.Create(CultureInfo.InvariantCulture, $"is at version {actual}");
        var instead = expected is null ? "no longer absent" : string.Create(CultureInfo.InvariantCulture, $"not at version {expected}");
        var who = at is { } time ? $"; {(by.Length > 0 ? ErrorText.Escape(by) : "an unknown user")} put it there at {time:u}" : "";
        return $"the alias '{ErrorText.Escape(alias)}' {where} and {instead}{who}";
    }
}
