namespace Cairn.Formats.Parquet;

/// <summary>The compression of the pages of a Parquet file.</summary>
public enum ParquetCompression
{
    /// <summary>No compression.</summary>
    None,

    /// <summary>Snappy: fast, and supported by every reader.</summary>
    Snappy,

    /// <summary>Zstandard: smaller than Snappy.</summary>
    Zstd,

    /// <summary>Gzip: for old readers.</summary>
    Gzip,
}

/// <summary>The unit of the times and timestamps in a Parquet file.</summary>
public enum ParquetTimeUnit
{
    /// <summary>Nanoseconds, which preserve all digits of .NET values for the years 1678 to 2261; timestamps outside this range are refused.</summary>
    Nanoseconds,

    /// <summary>Microseconds, for all years and for readers without support for nanoseconds; the last digit of .NET values is lost.</summary>
    Microseconds,
}

/// <summary>The options of <see cref="ParquetMaterializer"/> for writing. They do not affect reading.</summary>
public sealed record ParquetMaterializerOptions
{
    /// <summary>Gets the compression. Default: <see cref="ParquetCompression.Snappy"/>.</summary>
    public ParquetCompression Compression { get; init; } = ParquetCompression.Snappy;

    /// <summary>Gets the unit of times. Default: <see cref="ParquetTimeUnit.Nanoseconds"/>.</summary>
    public ParquetTimeUnit TimeUnit { get; init; } = ParquetTimeUnit.Nanoseconds;

    /// <summary>
    /// Gets the maximum number of rows in a row group. Default: 131,072. A row group ends earlier if its rows exceed <see cref="RowGroupBytes"/>.
    /// </summary>
    public int RowGroupRows { get; init; } = 128 << 10;

    /// <summary>
    /// Gets the approximate maximum number of bytes of the values in a row group before compression. Default: 32 MiB. It limits the memory use of writing
    /// and reading.
    /// </summary>
    public int RowGroupBytes { get; init; } = 32 << 20;
}
