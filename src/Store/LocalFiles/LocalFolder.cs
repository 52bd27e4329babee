using System.Runtime.CompilerServices;
using Cairn.Transfers;

namespace Cairn.LocalFiles;

/// <summary>Reads a local folder as a tree, following the same rules as uploads.</summary>
public static class LocalFolder
{
    /// <summary>Returns the files at every depth and the empty folders, in listing order.</summary>
    /// <remarks>
    /// A file is a regular file or a link to one. Pipes, sockets, devices, unreadable folders, links without a target and names that are not valid in a <see
    /// cref="StorePath"/> are left out and passed to <paramref name="unlisted"/>, which may throw to end the walk.
    /// </remarks>
    /// <param name="folder">The folder.</param>
    /// <param name="links">How links are handled.</param>
    /// <param name="unlisted">Called for each entry that is left out.</param>
    /// <param name="cancellationToken">Cancels the walk.</param>
    /// <exception cref="StoreException">NotFound: the folder does not exist. PermissionDenied: it cannot be read.</exception>
    public static async IAsyncEnumerable<LocalFolderEntry> WalkAsync(
        string folder, LinkHandling links, Action<UnlistedEntry> unlisted, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(unlisted);
        var source = new LocalSource(folder, links, unlisted);
        await foreach (var item in source.FindAsync(cancellationToken).ConfigureAwait(false))
            yield return new(item.Path, source.FullName(item.Path), item.IsDirectory);
    }
}

/// <summary>One file or empty folder of a local folder.</summary>
/// <param name="Path">Its path below the folder.</param>
/// <param name="FullName">Its full name on this machine.</param>
/// <param name="IsDirectory">True for an empty folder.</param>
public readonly record struct LocalFolderEntry(StorePath Path, string FullName, bool IsDirectory);
