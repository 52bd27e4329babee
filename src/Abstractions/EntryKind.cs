namespace Cairn;

/// <summary>What stands at a path.</summary>
public enum EntryKind
{
    /// <summary>An object with content.</summary>
    File,

    /// <summary>A directory: real, marked, or implied by what lies below it.</summary>
    Directory,
}
