namespace Cairn;

/// <summary>The condition under which a write takes effect. There is no default: every write specifies its mode.</summary>
/// <remarks>
/// The store checks the condition atomically with the publication, also between processes: of several concurrent writers, exactly one succeeds.
/// </remarks>
public readonly record struct WriteMode
{
    private WriteMode(WriteModes kind, string? etag) => (Kind, ETag) = (kind, etag);

    /// <summary>
    /// Gets the mode that writes only if nothing exists at the path; otherwise, the write fails with <see cref="StoreErrorCode.AlreadyExists"/>.
    /// </summary>
    public static WriteMode CreateNew => new(WriteModes.CreateNew, null);

    /// <summary>Gets the mode that replaces any existing file. The last writer to complete wins.</summary>
    public static WriteMode Replace => new(WriteModes.Replace, null);

    /// <summary>Gets the kind of mode; <see cref="WriteModes.None"/> only for the default value, which all methods reject.</summary>
    public WriteModes Kind { get; }

    /// <summary>Gets the etag required by <see cref="Match"/>; otherwise, null.</summary>
    public string? ETag { get; }

    /// <summary>
    /// Returns the mode that writes only over the version with this etag; otherwise, also if nothing exists, the write fails with <see
    /// cref="StoreErrorCode.PreconditionFailed"/>.
    /// </summary>
    public static WriteMode Match(string etag)
    {
        ArgumentException.ThrowIfNullOrEmpty(etag);
        return new(WriteModes.Match, etag);
    }

    /// <summary>Returns the name of the mode, with the etag for a match.</summary>
    public override string ToString() => Kind == WriteModes.Match ? $"Match({ETag})" : Kind.ToString();
}

/// <summary>The kinds of <see cref="WriteMode"/> as flags, which a driver declares.</summary>
[Flags]
public enum WriteModes
{
    /// <summary>No mode: a read-only store.</summary>
    None = 0,

    /// <summary>Write only if nothing exists at the path.</summary>
    CreateNew = 1,

    /// <summary>Replace any existing file.</summary>
    Replace = 2,

    /// <summary>Write only over a known version.</summary>
    Match = 4,

    /// <summary>All kinds.</summary>
    All = CreateNew | Replace | Match,
}
