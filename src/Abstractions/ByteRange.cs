namespace Cairn;

/// <summary>A run of bytes of an object: from <see cref="Offset"/>, for <see cref="Length"/> bytes or to the end.</summary>
/// <remarks>
/// A range that reaches past the end gives what there is. A start at or past the end is <see cref="StoreErrorCode.RangeNotSatisfiable"/>, except that offset 0 of
/// an empty object is empty (the rule of HTTP and of every object store). The default value is the whole object.
/// </remarks>
public readonly record struct ByteRange
{
    private readonly long _lengthPlusOne;

    /// <summary>Makes a range.</summary>
    /// <param name="offset">The first byte, from 0.</param>
    /// <param name="length">How many bytes, at least 1; null for all that follow.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative offset, a length below 1, or an end past <see cref="long.MaxValue"/>.</exception>
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

    /// <summary>The whole object.</summary>
    public static ByteRange All => default;

    /// <summary>The first byte, counted from 0.</summary>
    public long Offset { get; }

    /// <summary>How many bytes; null for all that follow.</summary>
    public long? Length => _lengthPlusOne == 0 ? null : _lengthPlusOne - 1;

    /// <summary>True for the whole object.</summary>
    public bool IsAll => Offset == 0 && Length is null;

    /// <summary>How many bytes this range gives of an object of <paramref name="total"/> bytes.</summary>
    /// <exception cref="StoreException">The start lies at or past the end: <see cref="StoreErrorCode.RangeNotSatisfiable"/>.</exception>
    public long LengthIn(long total)
    {
        if (Offset >= total && Offset > 0)
            throw new StoreException(StoreErrorCode.RangeNotSatisfiable, $"the range starts at byte {Offset} of an object of {total} bytes");
        return Math.Min(Length ?? long.MaxValue, total - Offset);
    }

    /// <summary><c>bytes=offset-last</c>, as the HTTP Range header has it.</summary>
    public override string ToString() => Length is { } n ? $"bytes={Offset}-{Offset + n - 1}" : $"bytes={Offset}-";
}
