namespace Cairn;

/// <summary>The options of <see cref="ArtifactStore.ListAsync"/>.</summary>
public sealed record ListOptions
{
    /// <summary>Gets whether the files at every depth are listed instead of the direct files and directories. Default: false.</summary>
    public bool Recursive { get; init; }

    /// <summary>Gets whether a <see cref="Recursive"/> listing includes empty directories. Default: false.</summary>
    public bool IncludeEmptyDirectories { get; init; }

    /// <summary>Gets the prefix of the listed entries' paths relative to the directory, which need not end at a segment. Default: all entries.</summary>
    public string? NamePrefix { get; init; }

    /// <summary>Gets the text after which the <see cref="StoreEntry.OrderKey"/> of the listed entries must come. Default: all entries.</summary>
    public string? StartAfter { get; init; }

    /// <summary>
    /// Called with everything below the directory that cannot be listed: links that do not lead to a file, special files, directories that cannot be read,
    /// names that no path can hold. From any thread, one call at a
    /// time, each entry once (of more than 10,000, some may come again). Null (the default): links, special files and names that no path can hold are left out,
    /// and a directory that cannot be read fails the listing.
    /// </summary>
    public Action<UnlistedEntry>? Unlisted { get; init; }
}
