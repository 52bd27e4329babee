namespace Cairn.Providers.Memory;

/// <summary>The options of the <c>memory</c> flavor.</summary>
public sealed record MemoryOptions
{
    /// <summary>
    /// The most bytes of content that the named store may hold, uploads in progress included; a write through this store that would exceed it fails and publishes nothing.
    /// Null, the default, is no bound.
    /// </summary>
    [StoreOption("max-size", "The most bytes of content that the named store may hold, uploads in progress included; no bound by default.", Size = true)]
    public long? MaxSize { get; init; }
}
