namespace Cairn;

/// <summary>A contiguous range of bytes: from <see cref="Offset"/>, for <see cref="Length"/> bytes or to the end.</summary>
/// <remarks>
/// A range that extends past the end yields the existing bytes. A start at or past the end is <see cref="StoreErrorCode.RangeNotSatisfiable"/>, except that
/// offset 0 of an empty object yields no bytes, as in HTTP. The default value is the whole object.
/// </remarks>
public readonly record struct ByteRange
{
    private readonly long _lengthPlusOne;

    /// <summary>Initializes a new range.</summary>
    /// <param name="offset">The position of the first byte, starting at 0.</param>
    /// <param name="length">The number of bytes, at least 1; null for all remaining bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative, the length is less than 1, or the end exceeds <see
    /// cref="long.MaxValue"/>.</exception>
    public ByteRange(long offset, long? length = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (length is { } n)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(n, 1, nameof(length));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(n, long.MaxValue - 1 - offset, nameof(length));
            _lengthPlusOne = n + 1;
        }
        Offset = offset;
    }

    /// <summary>Gets the range of the whole object.</summary>
    public static ByteRange All => default;

    /// <summary>Gets the position of the first byte, starting at 0.</summary>
    public long Offset { get; }

    /// <summary>Gets the number of bytes; null for all remaining bytes.</summary>
    public long? Length => _lengthPlusOne == 0 ? null : _lengthPlusOne - 1;

    /// <summary>Gets whether the range is the whole object.</summary>
    public bool IsAll => Offset == 0 && Length is null;

    /// <summary>Returns the number of bytes that this range yields for an object of <paramref name="total"/> bytes.</summary>
    /// <exception cref="StoreException">The start is at or past the end: <see cref="StoreErrorCode.RangeNotSatisfiable"/>.</exception>
    public long LengthIn(long total)
    {
        if (Offset >= total && Offset > 0)
            throw new StoreException(StoreErrorCode.RangeNotSatisfiable, $"the range starts at byte {Offset} of an object of {total} bytes");
        return Math.Min(Length ?? long.MaxValue, total - Offset);
    }

    /// <summary>Returns the range in the form of the HTTP Range header: <c>bytes=offset-last</c>.</summary>
    public override string ToString() => Length is { } n ? $"bytes={Offset}-{Offset + n - 1}" : $"bytes={Offset}-";
}
