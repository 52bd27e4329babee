using System.Runtime.CompilerServices;
using Cairn.Listing;
using Cairn.Providers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Lists a directory as a stream, in the order of <see cref="StoreEntry.OrderKey"/>.</summary>
    /// <param name="directory">The directory, compared by whole segments: <c>a/b</c> does not list <c>a/bc</c>. Default: the root. The listing of a missing
    /// directory is empty.</param>
    /// <param name="options">Options for the listing. Default: the direct files and directories.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>
    /// The entries in the order of the store; the next page is requested while the caller processes the current one. In a recursive listing of a large tree,
    /// several parts are read in parallel if the store supports a start (<see cref="StoreCapabilities.ListStartAfter"/>); the order is unchanged. Markers
    /// are never returned as files.
    /// </returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the store does not support listings.</exception>
    public IAsyncEnumerable<StoreEntry> ListAsync(StorePath directory = default, ListOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var request = new ListRequest(directory, options.Recursive)
        {
            NamePrefix = options.NamePrefix,
            StartAfter = options.StartAfter,
            Unlisted = options.Unlisted,
        };
        return options.Recursive ? Entries.FilesAsync(Core, request, options.IncludeEmptyDirectories, cancellationToken) : Entries.AllAsync(Core, request, cancellationToken);
    }

    /// <summary>Walks a tree: returns each directory with its direct entries, before the directories below it.</summary>
    /// <param name="directory">The start directory. Default: the root. For a missing directory, the walk returns only that directory, without
    /// entries.</param>
    /// <param name="cancellationToken">Cancels the walk.</param>
    /// <returns>The directories in listing order. Memory use is bounded by the entries of the directories on the path to the current one.</returns>
    public async IAsyncEnumerable<WalkedDirectory> WalkAsync(StorePath directory = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pending = new Stack<StorePath>();
        pending.Push(directory);
        while (pending.TryPop(out var next))
        {
            List<StoreEntry> directories = [], files = [];
            await foreach (var page in Core.PagesAsync(new ListRequest(next, Recursive: false), cancellationToken).ConfigureAwait(false))
            {
                foreach (var entry in page)
                    (entry.IsDirectory ? directories : files).Add(entry);
            }
            yield return new WalkedDirectory(next, directories, files);
            for (var i = directories.Count - 1; i >= 0; i--)
                pending.Push(directories[i].Path);
        }
    }

    /// <summary>Finds the files whose path matches a pattern, in listing order.</summary>
    /// <param name="pattern">
    /// <c>*</c> matches any characters within a segment, <c>?</c> one character, <c>[a-z]</c> and <c>[!a]</c> one character of a set, <c>{a,b}</c>
    /// alternatives, and <c>**</c> as a whole segment any number of segments. There is no escape character: <c>[*]</c> is a literal <c>*</c>. Patterns are
    /// case-sensitive.
    /// </param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The files. Literal parts of the pattern limit the listing, and directories that cannot match are not listed.</returns>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    public IAsyncEnumerable<StoreEntry> GlobAsync(string pattern, CancellationToken cancellationToken = default) => GlobAsync(pattern, null, cancellationToken);

    /// <summary>Finds the files whose path matches a pattern, in listing order, and reports entries that cannot be listed.</summary>
    /// <param name="pattern">The pattern; see <see cref="GlobAsync(string, CancellationToken)"/>.</param>
    /// <param name="options">Options for the search. Optional.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The files.</returns>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    public IAsyncEnumerable<StoreEntry> GlobAsync(string pattern, GlobOptions? options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return new GlobSearch(Core, Glob.Parse(pattern), options ?? new()).RunAsync(cancellationToken);
    }
}
