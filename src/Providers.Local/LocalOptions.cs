namespace Cairn.Providers.Local;

/// <summary>The options of the <c>local</c> flavor.</summary>
public sealed record LocalOptions
{
    /// <summary>Gets the guarantee of a completed write. Default: <see cref="LocalDurability.Full"/>.</summary>
    [StoreOption("durability", "full: a completed write survives a power failure; none: faster, for temporary stores")]
    public LocalDurability Durability { get; init; } = LocalDurability.Full;

    /// <summary>Gets the age at which a listing removes the staged files of killed writers. Default: one day.</summary>
    [StoreOption("staged-age", "The age at which a listing removes the staged files of killed writers")]
    public TimeSpan StagedAge { get; init; } = TimeSpan.FromDays(1);
}

/// <summary>The guarantee of a completed write.</summary>
public enum LocalDurability
{
    /// <summary>Content and name are on the device: they survive a power failure.</summary>
    Full,

    /// <summary>Content and name are in the operating system: they survive the end of the process, but not a failure of the machine.</summary>
    None,
}
