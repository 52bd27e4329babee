using System.Runtime.CompilerServices;
using Cairn.Catalog;
using Cairn.Cli.Commands;

namespace Cairn.Cli;

/// <summary>Completes references to assets from the index on this machine: names, and the aliases and numbers of an asset after '@' and ':'. The store is not asked.</summary>
internal static class AssetCompletion
{
    private const int Most = 200;

    public static async Task<IReadOnlyList<string>> CompleteAsync(Session session, string store, string word, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(session, store, word, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or FormatException or UsageException or ArgumentException)
        {
            // An incomplete reference has no completions, and a completion does not report errors.
            return [];
        }
    }

    /// <summary>Completes from the index. A separate method, so that other completions do not load the assembly of the catalog.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<IReadOnlyList<string>> FindAsync(Session session, string store, string word, CancellationToken cancellationToken)
    {
        var catalog = CatalogOpening.ForCached(session, await ArtifactOptions.OpenAsync(session, store, cancellationToken).ConfigureAwait(false));
        await using var closing = catalog.ConfigureAwait(false);
        if (catalog.GetCachedStatus() is null)
            return [];
        var at = word.AsSpan().IndexOfAny('@', ':');
        var (name, separator, start) = at < 0 ? (word, '\0', "") : (word[..at], word[at], word[(at + 1)..]);
        var options = new AssetListOptions { NamePrefix = name.Length == 0 ? null : name, Freshness = Freshness.Cached };
        var assets = catalog.Assets.ListAsync(options, cancellationToken);
        if (at < 0)
            return await assets.Select(a => a.Name).Where(n => n.StartsWith(word, StringComparison.Ordinal)).Take(Most).ToListAsync(cancellationToken).ConfigureAwait(false);
        var asset = await assets.FirstOrDefaultAsync(a => a.Name == name, cancellationToken).ConfigureAwait(false);
        if (asset is null)
            return [];
        IEnumerable<string> found = separator == '@'
            ? asset.Aliases.Keys.Append("latest").Order(Utf8Order.Comparer)
            : await catalog.Assets.ListVersionsAsync(new() { NamePrefix = name, Freshness = Freshness.Cached, ByName = true }, cancellationToken).Where(v => v.AssetId == asset.Id).Take(Most)
                .Select(v => $"{v.Number}").ToListAsync(cancellationToken).ConfigureAwait(false);
        return [.. found.Where(f => f.StartsWith(start, StringComparison.Ordinal)).Select(f => $"{name}{separator}{f}")];
    }
}
