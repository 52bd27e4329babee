using Cairn.LocalFiles;

namespace Cairn.Artifacts;

/// <summary>A file of an artifact that is being saved.</summary>
internal sealed class SpoolEntry(StorePath name, string mediaType, int index)
{
    public StorePath Name => name;

    public string MediaType => mediaType;

    public int Index => index;

    /// <summary>What it is written to; null for a file that was there already, or that went straight to its place.</summary>
    public SpoolStream? Stream { get; set; }

    /// <summary>Where a library writes it; null otherwise.</summary>
    public string? LocalFile { get; set; }

    /// <summary>The content that the manifest is to hold itself; null otherwise.</summary>
    public ReadOnlyMemory<byte>? Inline { get; set; }

    /// <summary>Ends when a small file is in its place.</summary>
    public Task Writing { get; set; } = Task.CompletedTask;

    public bool InPlace { get; set; }

    public bool HasEnded { get; private set; }

    public BlobDigest Digest { get; private set; }

    public long Length { get; private set; }

    /// <summary>Takes note of what the file turned out to be.</summary>
    public void Found(BlobDigest digest, long length) => (HasEnded, Digest, Length) = (true, digest, length);
}
