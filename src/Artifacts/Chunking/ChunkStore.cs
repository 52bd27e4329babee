using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Cairn.Errors;

namespace Cairn.Artifacts.Chunking;

/// <summary>Where a chunk is.</summary>
internal readonly record struct ChunkPlace(BlobDigest Pack, int Offset, int Length);

/// <summary>The chunks, packs and recipes of a store. Safe to use from many threads.</summary>
internal sealed class ChunkStore(ArtifactStore store)
{
    public static readonly StorePath Recipes = "chunked";
    public static readonly StorePath Packs = "packs";
    public const string PackExtension = ".pack";
    public const string IndexExtension = ".index";
    private const int Parallelism = 8;

    private readonly ConcurrentDictionary<BlobDigest, ChunkPlace> _chunks = new();
    private readonly ConcurrentDictionary<BlobDigest, bool> _packs = new();

    public static StorePath RecipePath(BlobDigest blob) => Recipes / blob.Hex;

    public static StorePath PackPath(BlobDigest pack) => Packs / (pack.Hex + PackExtension);

    public static StorePath IndexPath(BlobDigest pack) => Packs / (pack.Hex + IndexExtension);

    public ArtifactStore Store => store;

    public bool TryFind(BlobDigest chunk, out ChunkPlace place) => _chunks.TryGetValue(chunk, out place);

    public Task<bool> ExistsAsync(BlobDigest blob, CancellationToken cancellationToken) => store.IsFileAsync(RecipePath(blob), cancellationToken);

    /// <summary>Learns of the packs that have come since; a damaged index is left out, and told by a check of the store.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        var added = new List<BlobDigest>();
        await foreach (var entry in store.ListAsync(Packs, null, cancellationToken).ConfigureAwait(false))
        {
            if (TryParse(entry.Path, IndexExtension, out var pack) && !_packs.ContainsKey(pack))
                added.Add(pack);
        }
        await Parallel.ForEachAsync(added, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (pack, stopping) =>
        {
            if (await ReadIndexAsync(pack, stopping).ConfigureAwait(false) is { } chunks)
                Add(pack, chunks);
            else
                ChunkLog.IndexLeftOut(store.Options.LoggerFactory, IndexPath(pack));
        }).ConfigureAwait(false);
    }

    /// <summary>Takes note of a pack.</summary>
    public void Add(BlobDigest pack, IReadOnlyList<PackedChunk> chunks)
    {
        var offset = 0;
        foreach (var (digest, length) in chunks)
        {
            _chunks.TryAdd(digest, new(pack, offset, length));
            offset += length;
        }
        _packs[pack] = true;
    }

    /// <summary>What a pack holds; null when its index is missing or damaged.</summary>
    public async ValueTask<IReadOnlyList<PackedChunk>?> ReadIndexAsync(BlobDigest pack, CancellationToken cancellationToken)
    {
        try
        {
            return PackIndex.Read(pack, await ReadAsync(IndexPath(pack), PackIndex.MaxBytes, cancellationToken).ConfigureAwait(false));
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>How a blob is put together.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>; <see cref="StoreErrorCode.IntegrityFailure"/> when the recipe is damaged.</exception>
    public async ValueTask<ChunkRecipe> ReadRecipeAsync(BlobDigest blob, CancellationToken cancellationToken)
    {
        var path = RecipePath(blob);
        return ChunkRecipe.Read(blob, await ReadAsync(path, ChunkRecipe.MaxBytes, cancellationToken).ConfigureAwait(false))
            ?? throw store.CreateException(StoreErrorCode.IntegrityFailure, "the recipe of the blob's chunks is damaged", StoreOperations.Read, path);
    }

    public static bool TryParse(StorePath path, string extension, [NotNullWhen(true)] out BlobDigest digest)
    {
        digest = default;
        return path.Name.EndsWith(extension, StringComparison.Ordinal) && BlobDigest.TryParseHex(path.Name.AsSpan(..^extension.Length), out digest);
    }

    private async ValueTask<byte[]> ReadAsync(StorePath path, int most, CancellationToken cancellationToken)
    {
        var stream = await store.OpenReadAsync(path, new() { IsSequential = true }, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        // What is longer is none, and read only as far as to be found out.
        var content = new byte[stream.Length <= most ? stream.Length : 1];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return content;
    }
}
