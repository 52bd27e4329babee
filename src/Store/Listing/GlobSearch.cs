using System.Runtime.CompilerServices;
using Cairn.Engine;
using Cairn.Providers;

namespace Cairn.Listing;

/// <summary>Finds the files below a directory that match a glob: lists only directories that can match, and whole trees only from a <c>**</c> on.</summary>
internal sealed class GlobSearch(StoreCore store, Glob glob, GlobOptions options, StorePath root = default)
{
    public IAsyncEnumerable<StoreEntry> RunAsync(CancellationToken cancellationToken) =>
        DescendAsync(root, [.. glob.Alternatives.Select(a => new State(a, 0))], cancellationToken);

    private async IAsyncEnumerable<StoreEntry> DescendAsync(StorePath directory, State[] states, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Array.Exists(states, static s => s.Head.IsAnyDepth))
        {
            var below = directory.Depth;
            await foreach (var file in FindAsync(RequestOf(directory, isRecursive: true), cancellationToken).ConfigureAwait(false))
            {
                if (IsMatch(states, file.Path.Segments, below))
                    yield return file;
            }
            yield break;
        }
        if (Array.TrueForAll(states, static s => s.Head.Literal is not null))
        {
            foreach (var (name, isFile) in LiteralSteps(states))
            {
                var path = directory / name;
                if (!isFile)
                {
                    await foreach (var file in DescendAsync(path, Next(states, name), cancellationToken).ConfigureAwait(false))
                        yield return file;
                }
                else
                {
                    store.Enter(cancellationToken);
                    if (await store.StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { IsFile: true } info)
                        yield return info;
                }
            }
            yield break;
        }
        var request = RequestOf(directory, isRecursive: false) with { NamePrefix = CommonPrefix(states) is { Length: > 0 } prefix ? prefix : null };
        await foreach (var entry in FindAsync(request, cancellationToken).ConfigureAwait(false))
        {
            var name = entry.Path.Name;
            if (entry.IsFile)
            {
                if (Array.Exists(states, s => s.IsLast && s.Head.IsMatch(name)))
                    yield return entry;
            }
            else if (Next(states, name) is { Length: > 0 } next)
            {
                await foreach (var file in DescendAsync(entry.Path, next, cancellationToken).ConfigureAwait(false))
                    yield return file;
            }
        }
    }

    private ListRequest RequestOf(StorePath directory, bool isRecursive) => new(directory, isRecursive)
    {
        Unlisted = options.Unlisted is { } tell ? entry => Tell(tell, entry) : null,
    };

    /// <summary>Says what a directory holds that is not listed: of special files, which hold nothing, those that the pattern means.</summary>
    private void Tell(Action<UnlistedEntry> tell, UnlistedEntry entry)
    {
        if (entry is not { Kind: UnlistedKind.Special, Path: { } path } || glob.IsMatch(path.RelativeTo(root)))
            tell(entry);
    }

    /// <summary>Lists a directory. One below the root that cannot be read is said, where somebody asks, and holds nothing.</summary>
    private async IAsyncEnumerable<StoreEntry> FindAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = request.Recursive ? Entries.FilesAsync(store, request, false, cancellationToken) : Entries.AllAsync(store, request, cancellationToken);
        var entries = found.GetAsyncEnumerator(cancellationToken);
        await using var closing = entries.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await entries.MoveNextAsync().ConfigureAwait(false))
                    yield break;
            }
            catch (StoreException e) when (options.Unlisted is not null && request.Directory != root && !e.IsTransient)
            {
                options.Unlisted(new(request.Directory.Parent, request.Directory.Name, UnlistedKind.Unreadable, e));
                yield break;
            }
            yield return entries.Current;
        }
    }

    /// <summary>The files and directories that literal heads name, in listing order: a file as its name, a directory as its name and <c>/</c>.</summary>
    private static IEnumerable<(string Name, bool IsFile)> LiteralSteps(State[] states) =>
        states.Select(s => (Name: s.Head.Literal!, IsFile: s.IsLast)).Distinct().OrderBy(s => s.IsFile ? s.Name : s.Name + "/", Utf8Order.Comparer);

    private static State[] Next(State[] states, string directoryName) => [.. states.Where(s => !s.IsLast && s.Head.IsMatch(directoryName)).Select(s => s with { At = s.At + 1 })];

    private static bool IsMatch(State[] states, IReadOnlyList<string> segments, int from)
    {
        foreach (var state in states)
        {
            if (Glob.IsMatch(state.Alternative, state.At, segments, from))
                return true;
        }
        return false;
    }

    private static string CommonPrefix(State[] states)
    {
        var common = states[0].Head.LiteralPrefix;
        foreach (var state in states)
            common = common[..common.AsSpan().CommonPrefixLength(state.Head.LiteralPrefix)];
        // Half a surrogate pair is no text that a store could be asked for.
        return common.Length > 0 && char.IsHighSurrogate(common[^1]) ? common[..^1] : common;
    }

    /// <summary>An alternative of which the first segments are matched.</summary>
    private readonly record struct State(IReadOnlyList<GlobSegment> Alternative, int At)
    {
        public GlobSegment Head => Alternative[At];

        public bool IsLast => At == Alternative.Count - 1;
    }
}
