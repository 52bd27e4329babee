namespace Cairn.Layers;

/// <summary>Where <see cref="ReadCacheDriver"/> keeps content, and how much.</summary>
public sealed record ReadCacheOptions
{
    /// <summary>The local directory below which the cache makes its own folder, <c>cairn-read-cache</c>, for this user alone (mode 0700). Several stores and processes may share it.</summary>
    public required string Directory { get; init; }

    /// <summary>How many bytes the folder may hold. 1 GiB by default. Files of more than a quarter of it are not kept.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Directory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxBytes, nameof(MaxBytes));
    }
}
