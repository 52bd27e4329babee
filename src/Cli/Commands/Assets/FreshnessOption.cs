using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

/// <summary>The option that answers from the index on this machine.</summary>
internal static class FreshnessOption
{
    public static Option<bool> Create() => new("--cached") { Description = "Answer from the index on this machine as it is, without asking the store, and print how old the answer is." };

    public static Freshness Read(ParseResult parsed, Option<bool> option) => parsed.GetValue(option) ? Freshness.Cached : Freshness.Synchronized;

    /// <summary>Opens the catalog for a list. With a cached answer, the store is not asked.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no catalog, or no index for a cached answer.</exception>
    public static async Task<Catalog.Catalog> OpenAsync(CatalogCall call, Option<bool> option)
    {
        if (!call.Get(option))
            return await call.OpenAsync().ConfigureAwait(false);
        var catalog = await call.OpenCachedAsync().ConfigureAwait(false);
        return catalog.GetCachedStatus() is not null ? catalog : throw new StoreException(new StoreFault(StoreErrorCode.NotFound, "this machine has no index of the catalog")
        {
            Advice = "Build it with 'cairn catalog sync', or omit --cached.",
        }).WithContext("read the catalog in", catalog.Repository.Store.Root);
    }

    /// <summary>Prints how old a cached answer is, and the number of records that are in no list.</summary>
    public static void Tell(CatalogCall call, Catalog.Catalog catalog, Option<bool> option)
    {
        if (catalog.GetCachedStatus() is not { } status)
            return;
        if (call.Get(option))
        {
            call.Session.Note(status.SynchronizedAt is { } time
                ? $"note: this was the catalog at {Timestamp.Short(time)}, when the index was last brought up to the store"
                : "note: the index was never completely brought up to the store; 'cairn catalog sync' does that");
        }
        if (status.Unreadable > 0)
            call.Session.Note($"note: {status.Unreadable} {(status.Unreadable == 1 ? "record" : "records")} could not be read, and may be missing from the answer; see 'cairn catalog verify'");
    }
}
