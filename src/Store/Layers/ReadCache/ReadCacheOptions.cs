namespace Cairn.Layers;

/// <summary>The options of <see cref="ReadCacheDriver"/>.</summary>
public sealed record ReadCacheOptions
{
    /// <summary>
    /// Gets the local directory in which the cache creates its folder, <c>cairn-read-cache</c>, for this user only (mode 0700). Several stores and processes
    /// can share it.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>Gets the maximum size of the folder in bytes. Default: 1 GiB. Files larger than a quarter of it are not cached.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Directory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxBytes, nameof(MaxBytes));
    }
}
