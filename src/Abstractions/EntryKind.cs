namespace Cairn;

/// <summary>The kind of the entry at a path.</summary>
public enum EntryKind
{
    /// <summary>An object with content.</summary>
    File,

    /// <summary>A directory: an actual directory, a marker, or a prefix of other entries.</summary>
    Directory,
}
