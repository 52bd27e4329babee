namespace Cairn.Providers.Memory;

/// <summary>The options of the <c>memory</c> flavor.</summary>
public sealed record MemoryOptions
{
    /// <summary>
    /// Gets the maximum number of content bytes in the named store, including uploads in progress. A write through this store that would exceed it fails and
    /// publishes nothing. Null (default) for no limit.
    /// </summary>
    [StoreOption("max-size", "The maximum number of content bytes in the named store, including uploads in progress. Default: no limit.", Size = true)]
    public long? MaxSize { get; init; }
}
