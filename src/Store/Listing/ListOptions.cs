namespace Cairn;

/// <summary>What <see cref="ArtifactStore.ListAsync"/> lists.</summary>
public sealed record ListOptions
{
    /// <summary>False for the files and directories right below the directory; true for the files at every depth. Defaults to false.</summary>
    public bool Recursive { get; init; }

    /// <summary>With <see cref="Recursive"/>: lists directories that hold nothing, too. Defaults to false.</summary>
    public bool IncludeEmptyDirectories { get; init; }

    /// <summary>Only entries whose path below the directory starts with this text; not by segment. Null for all.</summary>
    public string? NamePrefix { get; init; }

    /// <summary>Only entries whose <see cref="StoreEntry.OrderKey"/> comes after this text. Null for all.</summary>
    public string? StartAfter { get; init; }

    /// <summary>
    /// Called with everything below the directory that cannot be listed: links that do not lead to a file, special files, directories that cannot be read, names that no path can hold. From any thread, one call at a
    /// time, each entry once (of more than 10,000, some may come again). Null (the default): links, special files and names that no path can hold are left out, and a directory that cannot be read fails the listing.
    /// </summary>
    public Action<UnlistedEntry>? Unlisted { get; init; }
}
