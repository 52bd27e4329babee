namespace Cairn.Formats.Arrow;

/// <summary>How the buffers of an Arrow file are compressed.</summary>
public enum ArrowCompression
{
    /// <summary>Not at all: what is read can be mapped into memory.</summary>
    None,

    /// <summary>LZ4 frames: fast.</summary>
    Lz4,

    /// <summary>Zstandard: smaller.</summary>
    Zstd,
}

/// <summary>Which of the two IPC formats is written.</summary>
public enum ArrowLayout
{
    /// <summary>The file format: batches can be read in any order. Also known as Feather, version 2.</summary>
    File,

    /// <summary>The stream format: batches one after the other.</summary>
    Stream,
}

/// <summary>How <see cref="ArrowMaterializer"/> writes. It reads both formats and all compressions.</summary>
public sealed record ArrowMaterializerOptions
{
    /// <summary>The compression; none by default.</summary>
    public ArrowCompression Compression { get; init; }

    /// <summary>The format; that of files by default.</summary>
    public ArrowLayout Layout { get; init; }
}
