using System.Runtime.CompilerServices;
using Cairn.Artifacts;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;
using Cairn.Errors;
using Cairn.Materializers;

namespace Cairn.Catalog.Checkpoints;

/// <summary>The checkpoints of a catalog, and their segments.</summary>
/// <param name="store">The store of the repository's folder.</param>
/// <param name="catalog">The id of the catalog.</param>
internal sealed class CheckpointStore(ArtifactStore store, Guid catalog)
{
    private readonly ArtifactRepository _artifacts = new(store, new MaterializerRegistry().Add(new SegmentMaterializer()), StorePath.Root);

    /// <summary>Gets the chain of the checkpoints.</summary>
    public Chain Chain { get; } = new(store, "catalog/checkpoints", "checkpoint", catalog.ToString());

    /// <summary>Finds the newest checkpoint.</summary>
    /// <returns>The checkpoint and its place in the chain; null if there is none.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.IntegrityFailure"/>: the record is not a checkpoint.</exception>
    public async Task<(Checkpoint Checkpoint, ChainHead Head)?> TryFindAsync(CancellationToken cancellationToken)
    {
        if (await Chain.FindHeadAsync(null, cancellationToken).ConfigureAwait(false) is not { Record: { } record } head)
            return null;
        try
        {
            return (Checkpoint.Of(record), head);
        }
        catch (FormatException e)
        {
            var fault = new StoreFault(StoreErrorCode.IntegrityFailure, $"the catalog cannot use this checkpoint: {e.Message}") { Advice = "Make a new checkpoint." };
            throw new StoreException(fault, e).WithContext(StoreOperations.Read, store.GetUri(Chain.PathOf(head.Sequence)));
        }
    }

    /// <summary>Reads the records of a segment. The end fails if the segment is not what was saved.</summary>
    public async IAsyncEnumerable<RecordLine> ReadAsync(SegmentReference segment, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = await _artifacts.OpenFileAsync(segment.Artifact, SegmentMaterializer.File, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        await foreach (var line in RecordLines.ReadAsync(stream, cancellationToken).ConfigureAwait(false))
            yield return line;
    }

    /// <summary>Saves a segment.</summary>
    public async Task<SegmentReference> SaveAsync(ReadOnlyMemory<byte> lines, long records, CancellationToken cancellationToken) =>
        new((await _artifacts.SaveAsync(new Segment(lines), null, cancellationToken).ConfigureAwait(false)).Digest, records, lines.Length);
}
