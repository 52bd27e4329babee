namespace Cairn.Formats.Arrow;

/// <summary>The compression of the buffers of an Arrow file.</summary>
public enum ArrowCompression
{
    /// <summary>No compression: readers can map the data into memory.</summary>
    None,

    /// <summary>LZ4 frames: fast.</summary>
    Lz4,

    /// <summary>Zstandard: smaller.</summary>
    Zstd,
}

/// <summary>The IPC format that is written.</summary>
public enum ArrowLayout
{
    /// <summary>The file format, with random access to batches. Also known as Feather, version 2.</summary>
    File,

    /// <summary>The stream format, with sequential batches.</summary>
    Stream,
}

/// <summary>The options of <see cref="ArrowMaterializer"/> for writing. It reads both formats and all compressions.</summary>
public sealed record ArrowMaterializerOptions
{
    /// <summary>Gets the compression. Default: none.</summary>
    public ArrowCompression Compression { get; init; }

    /// <summary>Gets the format. Default: the file format.</summary>
    public ArrowLayout Layout { get; init; }
}
