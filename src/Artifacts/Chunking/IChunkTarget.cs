namespace Cairn.Artifacts.Chunking;

/// <summary>The store of blobs that a <see cref="ChunkWriter"/> writes to.</summary>
internal interface IChunkTarget
{
    /// <summary>The chunks that are known.</summary>
    ChunkStore Chunks { get; }

    /// <summary>The memory for cutting.</summary>
    ChunkBuffers ChunkBuffers { get; }

    /// <summary>Whether a blob exists, whole or in chunks.</summary>
    Task<bool> ExistsAsync(BlobDigest digest, long length, CancellationToken cancellationToken);

    /// <summary>Writes a file whose name is derived from its content. An existing file is not changed.</summary>
    ValueTask PutAsync(StorePath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}
