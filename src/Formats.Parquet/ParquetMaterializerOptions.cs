namespace Cairn.Formats.Parquet;

/// <summary>How the pages of a Parquet file are compressed.</summary>
public enum ParquetCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Snappy: fast, and read by every reader.</summary>
    Snappy,

    /// <summary>Zstandard: smaller than Snappy.</summary>
    Zstd,

    /// <summary>Gzip: for old readers.</summary>
    Gzip,
}

/// <summary>In which unit the times of day and the points in time of a Parquet file count.</summary>
public enum ParquetTimeUnit
{
    /// <summary>Nanoseconds, which hold every digit of a .NET value, for the years 1678 to 2261; a point in time outside of them is refused.</summary>
    Nanoseconds,

    /// <summary>Microseconds, for all years and for readers that know no nanoseconds; the last digit of a .NET value is cut off.</summary>
    Microseconds,
}

/// <summary>How <see cref="ParquetMaterializer"/> writes files. What it reads does not depend on it.</summary>
public sealed record ParquetMaterializerOptions
{
    /// <summary>The compression; <see cref="ParquetCompression.Snappy"/> by default.</summary>
    public ParquetCompression Compression { get; init; } = ParquetCompression.Snappy;

    /// <summary>The unit of times; <see cref="ParquetTimeUnit.Nanoseconds"/> by default.</summary>
    public ParquetTimeUnit TimeUnit { get; init; } = ParquetTimeUnit.Nanoseconds;

    /// <summary>The most rows of a row group; 131,072 by default. Rows of more than <see cref="RowGroupBytes"/> end one earlier.</summary>
    public int RowGroupRows { get; init; } = 128 << 10;

    /// <summary>About how many bytes the values of a row group may have before they are compressed; 32 MiB by default. It bounds the memory of writing and reading.</summary>
    public int RowGroupBytes { get; init; } = 32 << 20;
}
