using System.Globalization;

namespace Cairn.Providers.Local.Platform;

/// <summary>The kind of an entry.</summary>
internal enum LocalKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link that is not followed.</summary>
    Link,

    /// <summary>A pipe, socket or device: never opened, never listed.</summary>
    Special,

    /// <summary>A listed entry whose name is not UTF-8 text.</summary>
    Unnameable,
}

/// <summary>The system's metadata of a file or directory.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="ModifiedSeconds">The modified time in whole seconds since 1970.</param>
/// <param name="ModifiedNanoseconds">The nanoseconds of the modified time.</param>
/// <param name="Identity">The identity of the file independent of its name: the inode, or 0 if there is none.</param>
/// <param name="Device">The device.</param>
/// <param name="Links">The number of names; 0 if the file was removed.</param>
internal readonly record struct LocalFacts(LocalKind Kind, long Length, long ModifiedSeconds, uint ModifiedNanoseconds, ulong Identity, ulong Device, uint Links)
{
    /// <summary>Gets whether the owner can execute the file.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>Gets the modified time with a precision of 100 ns.</summary>
    public DateTimeOffset Modified => DateTimeOffset.UnixEpoch.AddTicks((ModifiedSeconds * TimeSpan.TicksPerSecond) + (ModifiedNanoseconds / 100));

    /// <summary>Gets the version of a file: its modified time in nanoseconds, its length and its identity.</summary>
    public string ETag => string.Create(CultureInfo.InvariantCulture, $"{ModifiedSeconds:x}.{ModifiedNanoseconds:x}-{Length:x}-{Identity:x}");

    /// <summary>Returns true if two handles or names refer to the same file or directory.</summary>
    public bool IsSameAs(in LocalFacts other) => Identity == other.Identity && Device == other.Device;

    /// <summary>Returns true if both refer to the same version of the same file, as their etags show.</summary>
    public bool IsVersion(in LocalFacts other) =>
        Length == other.Length && ModifiedNanoseconds == other.ModifiedNanoseconds && ModifiedSeconds == other.ModifiedSeconds && Identity == other.Identity;
}
