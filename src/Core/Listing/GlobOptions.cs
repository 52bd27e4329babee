namespace Cairn;

/// <summary>How <see cref="ArtifactStore.GlobAsync(string, GlobOptions, CancellationToken)"/> searches.</summary>
public sealed record GlobOptions
{
    /// <summary>Collects the names of objects that the search passes because no path can name them. Null when nobody wants to know.</summary>
    public LeftOutNames? LeftOut { get; init; }

    /// <summary>
    /// Called with everything in the directories that are searched which cannot be listed, as <see cref="ListOptions.Unlisted"/> is; a pipe, a socket or a device only when its name matches. The search then goes on past a
    /// directory that cannot be read. Null (the default): links and special files are left out, and each of the others fails the search.
    /// </summary>
    public Action<UnlistedEntry>? Unlisted { get; init; }
}
