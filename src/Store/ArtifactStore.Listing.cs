using System.Runtime.CompilerServices;
using Cairn.Listing;
using Cairn.Providers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Lists a directory, streamed, in the order of <see cref="StoreEntry.OrderKey"/>.</summary>
    /// <param name="directory">The directory, by segments: <c>a/b</c> does not list <c>a/bc</c>. The root by default. A missing one lists empty.</param>
    /// <param name="options">What to list; null for the files and directories right below.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>
    /// Entries as the store sends them; the next page is asked for while the caller consumes the last. Of a large tree, listed recursively, several parts are read ahead at once where the
    /// store can start anywhere (<see cref="StoreCapabilities.ListStartAfter"/>); the order stays. Markers are never shown as files.
    /// </returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/> where the store cannot be listed.</exception>
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

    /// <summary>Walks a tree: each directory with what is right below it, before the directories below it.</summary>
    /// <param name="directory">Where to begin; the root by default. A missing directory yields itself, empty.</param>
    /// <param name="cancellationToken">Cancels the walk.</param>
    /// <returns>Directories, in listing order; memory is bounded by the entries of the directories on the way down.</returns>
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
    /// <c>*</c> is any run of characters inside a segment, <c>?</c> one character, <c>[a-z]</c> and <c>[!a]</c> one of a set, <c>{a,b}</c> alternatives, <c>**</c> as a whole
    /// segment any number of segments. There is no escape character: <c>[*]</c> is a literal <c>*</c>. Case matters.
    /// </param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>Files only. What the pattern says literally is asked of the store, and directories that cannot match are not listed.</returns>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    public IAsyncEnumerable<StoreEntry> GlobAsync(string pattern, CancellationToken cancellationToken = default) => GlobAsync(pattern, null, cancellationToken);

    /// <summary>Finds the files whose path matches a pattern, in listing order, and says what it could not look at.</summary>
    /// <param name="pattern">As in <see cref="GlobAsync(string, CancellationToken)"/>.</param>
    /// <param name="options">How to search; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>Files only.</returns>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    public IAsyncEnumerable<StoreEntry> GlobAsync(string pattern, GlobOptions? options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return new GlobSearch(Core, Glob.Parse(pattern), options ?? new()).RunAsync(cancellationToken);
    }
}
