namespace Cairn;

/// <summary>The options of <see cref="ArtifactStore.GlobAsync(string, GlobOptions, CancellationToken)"/>.</summary>
public sealed record GlobOptions
{
    /// <summary>
    /// Gets a delegate that is called for each entry in the searched directories that cannot be listed, like <see cref="ListOptions.Unlisted"/>; for a pipe,
    /// a socket or a device only if its name matches. The search then continues after an unreadable directory. If null (default), an unreadable directory
    /// fails the search, and other such entries are omitted.
    /// </summary>
    public Action<UnlistedEntry>? Unlisted { get; init; }
}
