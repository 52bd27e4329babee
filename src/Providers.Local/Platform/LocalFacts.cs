using System.Globalization;

namespace Cairn.Providers.Local.Platform;

/// <summary>What stands at a name.</summary>
internal enum LocalKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link, not followed.</summary>
    Link,

    /// <summary>A pipe, socket or device: never opened, never listed.</summary>
    Special,

    /// <summary>A listed name that is not UTF-8 text, whatever stands there.</summary>
    Unnameable,
}

/// <summary>What the system knows of one file or directory.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="ModifiedSeconds">The modified time, whole seconds since 1970.</param>
/// <param name="ModifiedNanoseconds">The rest of the modified time.</param>
/// <param name="Identity">Which file it is, beyond its name: the inode; 0 where there is none.</param>
/// <param name="Device">Which device it is on.</param>
/// <param name="Links">How many names it has; 0 when it has been removed.</param>
internal readonly record struct LocalFacts(LocalKind Kind, long Length, long ModifiedSeconds, uint ModifiedNanoseconds, ulong Identity, ulong Device, uint Links)
{
    /// <summary>Whether its owner may run it.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>The modified time to 100 ns.</summary>
    public DateTimeOffset Modified => DateTimeOffset.UnixEpoch.AddTicks((ModifiedSeconds * TimeSpan.TicksPerSecond) + (ModifiedNanoseconds / 100));

    /// <summary>The version of a file: its modified time to the nanosecond, its length and its identity.</summary>
    public string ETag => string.Create(CultureInfo.InvariantCulture, $"{ModifiedSeconds:x}.{ModifiedNanoseconds:x}-{Length:x}-{Identity:x}");

    /// <summary>True for two handles or names of one and the same file or directory.</summary>
    public bool IsSameAs(in LocalFacts other) => Identity == other.Identity && Device == other.Device;

    /// <summary>True for one file in one version: what the etag tells.</summary>
    public bool IsVersion(in LocalFacts other) =>
        Length == other.Length && ModifiedNanoseconds == other.ModifiedNanoseconds && ModifiedSeconds == other.ModifiedSeconds && Identity == other.Identity;
}
