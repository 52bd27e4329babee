namespace Cairn;

/// <summary>The metadata of a file or directory in a store. Immutable.</summary>
public sealed class StoreEntry
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Initializes a new instance of the class.</summary>
    public StoreEntry()
    {
    }

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    private StoreEntry(StoreEntry other)
    {
        Path = other.Path;
        Kind = other.Kind;
        Length = other.Length;
        ETag = other.ETag;
        Modified = other.Modified;
        AnsweredAt = other.AnsweredAt;
        ContentType = other.ContentType;
        Metadata = other.Metadata;
        Checksum = other.Checksum;
        IsExecutable = other.IsExecutable;
    }

    /// <summary>Gets the path, relative to the root of the store.</summary>
    public required StorePath Path { get; init; }

    /// <summary>Gets the kind: a file or a directory.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>Gets the length of the content in bytes; 0 for a directory.</summary>
    public long Length { get; init; }

    /// <summary>
    /// Gets the version of the content as reported by the store: an opaque text that changes with every write and can be used with <see
    /// cref="WriteMode.Match"/>. Null for directories, and if the store has no versions.
    /// </summary>
    public string? ETag { get; init; }

    /// <summary>
    /// Gets the time of the last write: by the store's clock, or as specified at the write if <see cref="Providers.StoreCapabilities.ModifiedTime"/> is
    /// true. Null if unknown.
    /// </summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>
    /// Gets the time by the store's clock when it answered the write that returned this entry, with a precision of one second or better. Null if the store does not report it, and for entries
    /// that were not returned by a write. If a write returns no <see cref="Modified"/>, this property provides the store's time without another request.
    /// </summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>Gets the media type specified at the write, or null if there is none. A listing may omit it.</summary>
    public string? ContentType { get; init; }

    /// <summary>
    /// Gets the user metadata. Names consist of lower-case ASCII letters, digits, <c>-</c> and <c>_</c>. Empty if there is none. A listing may omit it.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = NoMetadata;

    /// <summary>Gets a checksum of the whole content that the store keeps, or null if it keeps none. A listing may omit it.</summary>
    public Checksum? Checksum { get; init; }

    /// <summary>Gets whether the file is executable; false if the store does not keep this attribute.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>Gets whether the entry is a directory.</summary>
    public bool IsDirectory => Kind == EntryKind.Directory;

    /// <summary>Gets whether the entry is a file.</summary>
    public bool IsFile => Kind == EntryKind.File;

    /// <summary>
    /// Gets the text by which listings are ordered (<see cref="Utf8Order"/>): the path and, for a directory, a final <c>/</c>, so a directory precedes its
    /// content directly.
    /// </summary>
    public string OrderKey => IsDirectory ? Path.Value + "/" : Path.Value;

    /// <summary>Returns the same metadata at another path. Used by layers that change paths.</summary>
    public StoreEntry At(StorePath path) => new(this) { Path = path };

    /// <summary>Returns the same metadata with another checksum.</summary>
    public StoreEntry WithChecksum(Checksum? checksum) => new(this) { Checksum = checksum };

    /// <summary>Returns the path, kind, length and etag, for logs.</summary>
    public override string ToString() => IsDirectory ? $"{Path.Value}/" : $"{Path.Value} ({Length} bytes, etag {ETag ?? "none"})";
}
