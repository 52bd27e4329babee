using System.Runtime.CompilerServices;
using Cairn.Catalog;
using Cairn.Cli.Commands;

namespace Cairn.Cli;

/// <summary>Completes references to runs from the index on this machine: the newest runs, the steps of a run after '/', and the outputs of a task after '#'. The store is not asked.</summary>
internal static class RunCompletion
{
    private const int Most = 200;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<IReadOnlyList<string>> CompleteAsync(Session session, string store, string word, CancellationToken cancellationToken) =>
        CatalogCompletion.CompleteAsync(session, store, catalog => FindAsync(catalog, word, cancellationToken), cancellationToken);

    private static async Task<IReadOnlyList<string>> FindAsync(Cairn.Catalog.Catalog catalog, string word, CancellationToken cancellationToken)
    {
        if (word.IndexOf('#', StringComparison.Ordinal) is > 0 and var hash && RunReference.TryParse(word[..hash], out var taken))
        {
            var task = await catalog.Runs.GetTaskAsync(taken, Freshness.Cached, cancellationToken).ConfigureAwait(false);
            return [.. task.Data.All.Select(o => $"{word[..hash]}#{o.Name}").Where(o => o.StartsWith(word, StringComparison.Ordinal))];
        }
        var runs = await catalog.Runs.ListAsync(new() { Freshness = Freshness.Cached }, cancellationToken).Take(Most).Select(r => (Reference: r.Reference.ToString(), r.Flow))
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        List<string> found = [.. runs.Select(r => r.Reference), .. runs.Select(r => r.Flow).Distinct().SelectMany(f => (string[])[$"{f}/latest", $"{f}/latest-successful"])];
        found.RemoveAll(f => !f.StartsWith(word, StringComparison.Ordinal));
        if (found.Count == 0 && word.LastIndexOf('/') is > 0 and var slash && RunReference.TryParse(word[..slash], out var run))
        {
            var steps = (await catalog.Runs.GetAsync(run, Freshness.Cached, cancellationToken).ConfigureAwait(false)).Steps;
            found.AddRange(steps.Select(s => $"{word[..slash]}/{s.Name}").Where(s => s.StartsWith(word, StringComparison.Ordinal)));
        }
        return found;
    }
}
