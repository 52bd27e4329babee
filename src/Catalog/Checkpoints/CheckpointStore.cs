using System.Globalization;
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

    /// <summary>Finds the checkpoints, the newest first. One that cannot be used is among them, with the reason.</summary>
    public async IAsyncEnumerable<FoundCheckpoint> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var greatest = 0;
        await foreach (var entry in store.ListAsync(Chain.Folder, cancellationToken: cancellationToken).OrEmptyAsync(cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsFile && int.TryParse(entry.Path.Name.Replace(".json", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && Chain.PathOf(number) == entry.Path)
                greatest = Math.Max(greatest, number);
        }
        for (var number = greatest; number >= 1; number--)
        {
            if (await FindAsync(number, cancellationToken).ConfigureAwait(false) is { } found)
                yield return found;
        }
    }

    private async Task<FoundCheckpoint?> FindAsync(int number, CancellationToken cancellationToken)
    {
        byte[] content = [];
        try
        {
            if (await Chain.TryReadBytesAsync(number, cancellationToken).ConfigureAwait(false) is not { } bytes)
                return null;
            content = bytes;
            var record = Chain.Check(content, number);
            return new(number, content, Checkpoint.Of(record), null);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.IntegrityFailure)
        {
            return new(number, content, null, e.Reason);
        }
        catch (FormatException e)
        {
            return new(number, content, null, e.Message);
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
