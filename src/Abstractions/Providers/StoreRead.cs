using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers;

/// <summary>An open read: the facts of the version that is read, and its bytes.</summary>
/// <remarks>Disposing it disposes the content and, where given, what owns the connection.</remarks>
public sealed class StoreRead : IAsyncDisposable
{
    private readonly IAsyncDisposable? _owner;

    /// <summary>Makes an open read.</summary>
    /// <param name="info">The facts of the version that is read; <see cref="StoreEntry.Length"/> is that of the whole file.</param>
    /// <param name="content">
    /// The requested bytes, from the range's start. A stream that can seek is over the whole file, positioned at the range's start, and the caller stops at its end.
    /// </param>
    /// <param name="owner">What else to dispose; null for nothing.</param>
    public StoreRead(StoreEntry info, Stream content, IAsyncDisposable? owner = null) => (Info, Content, _owner) = (info, content, owner);

    /// <summary>The facts of the version that is read.</summary>
    public StoreEntry Info { get; }

    /// <summary>The requested bytes.</summary>
    public Stream Content { get; }

    /// <summary>The open local file whose whole content <see cref="Content"/> reads, for a target that copies files with the system's own call; the read owns it. Null where there is none.</summary>
    public SafeFileHandle? File { get; init; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync().ConfigureAwait(false);
        if (_owner is not null)
            await _owner.DisposeAsync().ConfigureAwait(false);
    }
}
