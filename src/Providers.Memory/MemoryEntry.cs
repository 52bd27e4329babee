namespace Cairn.Providers.Memory;

/// <summary>One version of a file, or a marker without content. Immutable.</summary>
internal sealed record MemoryEntry(string Key)
{
    public MemoryContent Content { get; init; } = MemoryContent.Empty;

    public string? ETag { get; init; }

    public DateTimeOffset Modified { get; init; }

    public string? ContentType { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Gets the comparer by key; <see cref="End"/> is last.</summary>
    public static IComparer<MemoryEntry> ByKey { get; } = Comparer<MemoryEntry>.Create(static (a, b) =>
        ReferenceEquals(a, b) ? 0 : ReferenceEquals(a, End) ? 1 : ReferenceEquals(b, End) ? -1 : Utf8Order.Compare(a.Key, b.Key));

    public static MemoryEntry End { get; } = new("");

    public bool IsMarker => Key.EndsWith('/');

    public StoreEntry Describe(StorePath path) => IsMarker
        ? new() { Path = path, Kind = EntryKind.Directory }
        : new()
        {
            Path = path,
            Length = Content.Length,
            ETag = ETag,
            Modified = Modified,
            ContentType = ContentType,
            Metadata = Metadata,
            Checksum = Content.Checksum,
        };
}
