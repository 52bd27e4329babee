namespace Cairn;

/// <summary>What a store knows of one object or directory. Immutable.</summary>
public sealed class StoreEntry
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Where it stands, relative to the store's root.</summary>
    public required StorePath Path { get; init; }

    /// <summary>A file, or a directory.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>The content's length in bytes; 0 for a directory.</summary>
    public long Length { get; init; }

    /// <summary>
    /// The version of the content as the store names it: opaque, changed by every write, fit for <see cref="WriteMode.Match"/>. Null for directories and where the store has none.
    /// </summary>
    public string? ETag { get; init; }

    /// <summary>When the content was last written: by the store's clock, or as it was given at the write where <see cref="Providers.StoreCapabilities.ModifiedTime"/> says so; null where unknown.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>The media type given at the write; null where there is none. A listing may leave it out.</summary>
    public string? ContentType { get; init; }

    /// <summary>The user's metadata; names are ASCII letters, digits, <c>-</c> and <c>_</c> in lower case. Empty when there is none. A listing may leave it out.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = NoMetadata;

    /// <summary>A checksum of the whole content that the store keeps; null where it keeps none. A listing may leave it out.</summary>
    public Checksum? Checksum { get; init; }

    /// <summary>Whether the file may be run as a program; false where the store does not keep that.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>True for a directory.</summary>
    public bool IsDirectory => Kind == EntryKind.Directory;

    /// <summary>True for a file.</summary>
    public bool IsFile => Kind == EntryKind.File;

    /// <summary>
    /// The text by which listings are ordered (<see cref="Utf8Order"/>): the path, and for a directory the path and <c>/</c>, so that a directory stands where its
    /// content does.
    /// </summary>
    public string OrderKey => IsDirectory ? Path.Value + "/" : Path.Value;

    /// <summary>The same facts at another path: what a layer that shifts paths returns.</summary>
    public StoreEntry At(StorePath path) => new()
    {
        Path = path,
        Kind = Kind,
        Length = Length,
        ETag = ETag,
        Modified = Modified,
        ContentType = ContentType,
        Metadata = Metadata,
        Checksum = Checksum,
        IsExecutable = IsExecutable,
    };

    /// <summary>Path, kind, length and etag, for logs.</summary>
    public override string ToString() => IsDirectory ? $"{Path.Value}/" : $"{Path.Value} ({Length} bytes, etag {ETag ?? "none"})";
}
