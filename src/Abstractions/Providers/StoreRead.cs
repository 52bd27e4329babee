using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers;

/// <summary>An open read: the metadata and the content of the version that is read.</summary>
/// <remarks>Disposal disposes the content and, if specified, the owner of the connection.</remarks>
public sealed class StoreRead : IAsyncDisposable
{
    private readonly IAsyncDisposable? _owner;

    /// <summary>Initializes a new open read.</summary>
    /// <param name="info">The metadata of the version that is read; <see cref="StoreEntry.Length"/> is the length of the whole file.</param>
    /// <param name="content">
    /// The requested bytes, from the start of the range. A seekable stream covers the whole file and is positioned at the start of the range; the caller
    /// stops at the end of the range.
    /// </param>
    /// <param name="owner">An additional object to dispose. Optional.</param>
    public StoreRead(StoreEntry info, Stream content, IAsyncDisposable? owner = null) => (Info, Content, _owner) = (info, content, owner);

    /// <summary>Gets the metadata of the version that is read.</summary>
    public StoreEntry Info { get; }

    /// <summary>Gets the requested bytes.</summary>
    public Stream Content { get; }

    /// <summary>
    /// Gets the open local file whose whole content <see cref="Content"/> reads, for a target that copies files with a system call. The read owns it. Null
    /// if there is none.
    /// </summary>
    public SafeFileHandle? File { get; init; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync().ConfigureAwait(false);
        if (_owner is not null)
            await _owner.DisposeAsync().ConfigureAwait(false);
    }
}
