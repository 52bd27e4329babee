using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Cairn.Materializers;

namespace Cairn.Formats.Arrow;

/// <summary>The batches of a file, as they are asked for; the file is opened each time.</summary>
/// <param name="reader">Opens the file.</param>
/// <param name="isDetached">Whether batches are read after the load has ended.</param>
internal sealed class ArrowBatches(ArtifactReader reader, bool isDetached) : IAsyncEnumerable<RecordBatch>
{
    public IAsyncEnumerator<RecordBatch> GetAsyncEnumerator(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>The schema, and the batches.</summary>
    public async ValueTask<(Schema Schema, IReadOnlyList<RecordBatch> Batches)> ReadAllAsync(CancellationToken cancellationToken)
    {
        Schema? schema = null;
        var batches = new List<RecordBatch>();
        await foreach (var batch in ReadAsync(cancellationToken, s => schema = s).ConfigureAwait(false))
            batches.Add(batch);
        return (schema!, batches);
    }

    private async IAsyncEnumerable<RecordBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken, Action<Schema>? begin = null)
    {
        var file = reader.Single;
        var content = isDetached ? await reader.OpenDetachedAsync(file.Name, cancellationToken).ConfigureAwait(false) : await reader.OpenAsync(file.Name, cancellationToken).ConfigureAwait(false);
        var stream = new FramedStream(content, file.Length, stopping => ArrowFooter.ReadSchemaAsync(
            file.Length, (range, token) => reader.OpenRangeAsync(file.Name, range, token), token => reader.OpenDetachedAsync(file.Name, token), stopping));
        await using var closing = stream.ConfigureAwait(false);
        using var messages = new ArrowStreamReader(stream, new CompressionCodecFactory(), leaveOpen: true);
        var schema = await ReadAsync(stream, async () => await messages.GetSchema(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        begin?.Invoke(schema);
        while (await ReadAsync(stream, async () => await messages.ReadNextRecordBatchAsync(cancellationToken).ConfigureAwait(false) is { } read
            ? ArrowCheck.Checked(read) : null, cancellationToken).ConfigureAwait(false) is { } batch)
            yield return batch;
        await stream.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<T> ReadAsync<T>(FramedStream stream, Func<Task<T>> read, CancellationToken cancellationToken)
        where T : class?
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (StoreException or OperationCanceledException or OutOfMemoryException or ObjectDisposedException))
        {
            // Where the bytes are damaged, that is the reason, and the read of the rest throws it.
            await stream.DrainAsync(cancellationToken).ConfigureAwait(false);
            throw new MaterializationException(ArrowMaterializer.ArrowId, $"it is not a complete Arrow file: {e.Message.TrimEnd('.')}", e);
        }
    }
}
