namespace Cairn;

/// <summary>How <see cref="ArtifactStore.GlobAsync(string, GlobOptions, CancellationToken)"/> searches.</summary>
public sealed record GlobOptions
{
    /// <summary>
    /// Called with everything in the directories that are searched which cannot be listed, as <see cref="ListOptions.Unlisted"/> is; a pipe, a socket or a device only when its name matches. The search then goes on past a
    /// directory that cannot be read. Null (the default): such a directory fails the search, and the others are left out.
    /// </summary>
    public Action<UnlistedEntry>? Unlisted { get; init; }
}
