namespace Cairn.Providers.Local;

/// <summary>The options of the <c>local</c> flavor.</summary>
public sealed record LocalOptions
{
    /// <summary>What a completed write promises; <see cref="LocalDurability.Full"/> by default.</summary>
    [StoreOption("durability", "full: a completed write survives a power cut; none: faster, for scratch stores")]
    public LocalDurability Durability { get; init; } = LocalDurability.Full;

    /// <summary>How long what a killed writer has left is kept before a listing that meets it removes it; a day by default.</summary>
    [StoreOption("staged-age", "How long leftovers of killed writers are kept before a listing that meets them removes them")]
    public TimeSpan StagedAge { get; init; } = TimeSpan.FromDays(1);
}

/// <summary>What a completed write promises.</summary>
public enum LocalDurability
{
    /// <summary>Bytes and name are on the device: they survive a power cut.</summary>
    Full,

    /// <summary>Bytes and name are with the operating system: they survive the end of the process, not that of the machine.</summary>
    None,
}
