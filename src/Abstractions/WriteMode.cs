namespace Cairn;

/// <summary>On what condition a write takes effect. There is no default: every write says which it means.</summary>
/// <remarks>The condition is checked by the store at the moment of publishing, between processes too: of several racing writers exactly one wins.</remarks>
public readonly record struct WriteMode
{
    private WriteMode(WriteModes kind, string? etag) => (Kind, ETag) = (kind, etag);

    /// <summary>Writes only when nothing is there; otherwise <see cref="StoreErrorCode.AlreadyExists"/>.</summary>
    public static WriteMode CreateNew => new(WriteModes.CreateNew, null);

    /// <summary>Writes whatever is there; the last to complete wins.</summary>
    public static WriteMode Replace => new(WriteModes.Replace, null);

    /// <summary>Which of the three; <see cref="WriteModes.None"/> only for the default value, which every call refuses.</summary>
    public WriteModes Kind { get; }

    /// <summary>The etag that <see cref="Match"/> asks for; otherwise null.</summary>
    public string? ETag { get; }

    /// <summary>Writes only over the version with this etag; otherwise <see cref="StoreErrorCode.PreconditionFailed"/>, also when nothing is there.</summary>
    public static WriteMode Match(string etag)
    {
        ArgumentException.ThrowIfNullOrEmpty(etag);
        return new(WriteModes.Match, etag);
    }

    /// <summary>The mode's name, with the etag of a match.</summary>
    public override string ToString() => Kind == WriteModes.Match ? $"Match({ETag})" : Kind.ToString();
}

/// <summary>The kinds of <see cref="WriteMode"/>, as a set: what a driver declares.</summary>
[Flags]
public enum WriteModes
{
    /// <summary>None: a store that cannot be written.</summary>
    None = 0,

    /// <summary>Only where nothing is.</summary>
    CreateNew = 1,

    /// <summary>Whatever is there.</summary>
    Replace = 2,

    /// <summary>Only over a known version.</summary>
    Match = 4,

    /// <summary>All three.</summary>
    All = CreateNew | Replace | Match,
}
