using System.Runtime.CompilerServices;
using Cairn.Catalog;
using Cairn.Cli.Commands;

namespace Cairn.Cli;

/// <summary>Completes references to assets from the index on this machine: names, and the aliases and numbers of an asset after '@' and ':'. The store is not asked.</summary>
internal static class AssetCompletion
{
    private const int Most = 200;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<IReadOnlyList<string>> CompleteAsync(Session session, string store, string word, CancellationToken cancellationToken) =>
        CatalogCompletion.CompleteAsync(session, store, catalog => FindAsync(catalog, word, cancellationToken), cancellationToken);

    private static async Task<IReadOnlyList<string>> FindAsync(Cairn.Catalog.Catalog catalog, string word, CancellationToken cancellationToken)
    {
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
