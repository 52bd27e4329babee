using System.Globalization;
using Cairn.Errors;

namespace Cairn.Catalog.Changes;

/// <summary>The errors with which decisions refuse a change.</summary>
internal static class Refusals
{
    public static StoreException Gone() =>
        Of(StoreErrorCode.PreconditionFailed, "the asset is deleted", "Restore it, or release its name to use the name for a new asset.");

    public static StoreException NoVersion(int number) =>
        Of(StoreErrorCode.NotFound, string.Create(CultureInfo.InvariantCulture, $"the asset has no version {number}"), "See its history for the versions that it has.");

    public static StoreException Deleted(int number) =>
        Of(StoreErrorCode.NotFound, string.Create(CultureInfo.InvariantCulture, $"version {number} is deleted"), "Restore it, or choose another version.");

    public static StoreException Of(StoreErrorCode code, string reason, string advice) => new(new StoreFault(code, reason) { Advice = advice });
}
