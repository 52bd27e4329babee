using System.Buffers;
using System.Runtime.ExceptionServices;
using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>Tells whether a conditional write that is refused at its repetition had succeeded before, when its answer was lost.</summary>
internal static class LostAnswer
{
    /// <summary>Whether this failure of a repetition can mean that the attempt before it succeeded.</summary>
    public static bool IsRefusal(StoreDriver driver, Exception error) => driver.Classify(error).Code is StoreErrorCode.AlreadyExists or StoreErrorCode.PreconditionFailed;

    /// <summary>Compares what stands at the path with what was sent.</summary>
    /// <returns>The facts of what stands there, when it is what was sent.</returns>
    /// <exception cref="StoreException">The refusal, when it is not or cannot be told.</exception>
    public static async ValueTask<StoreEntry> RecogniseWriteAsync(
        StoreDriver driver, UploadRequest request, UploadPart last, Exception refusal, CancellationToken cancellationToken)
    {
        // Only the last part is still in memory: a file of several parts cannot be compared.
        if (last.Number != 0 || await driver.StatAsync(request.Path, cancellationToken).ConfigureAwait(false) is not { IsFile: true } stored)
            throw Ambiguous(driver, refusal);
        if (stored.Length != last.Data.Length || (request.Mode.Kind == WriteModes.Match && stored.ETag == request.Mode.ETag))
            return Refuse(refusal);
        var read = await driver.OpenReadAsync(new(request.Path) { IfMatch = stored.ETag }, cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
            return await HoldsAsync(read.Content, last.Data, cancellationToken).ConfigureAwait(false) ? stored : Refuse(refusal);
    }

    /// <summary>Compares the target of a copy with its source.</summary>
    public static async ValueTask<StoreEntry> RecogniseCopyAsync(StoreDriver driver, CopyRequest request, Exception refusal, CancellationToken cancellationToken)
    {
        if (request.Mode.Kind == WriteModes.Replace
            || await driver.StatAsync(request.Source, cancellationToken).ConfigureAwait(false) is not { IsFile: true } source
            || await driver.StatAsync(request.Target, cancellationToken).ConfigureAwait(false) is not { IsFile: true } target
            || (request.SourceIfMatch is { } etag && etag != source.ETag))
            return Refuse(refusal);
        if (source.Length != target.Length || (request.Mode.Kind == WriteModes.Match && target.ETag == request.Mode.ETag))
            return Refuse(refusal);
        if (source.Checksum is null || target.Checksum is null || source.Checksum.Algorithm != target.Checksum.Algorithm)
            throw Ambiguous(driver, refusal);
        return source.Checksum == target.Checksum ? target : Refuse(refusal);
    }

    private static async ValueTask<bool> HoldsAsync(Stream content, ReadOnlyMemory<byte> sent, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (true)
            {
                var read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return sent.IsEmpty;
                if (read > sent.Length || !sent.Span[..read].SequenceEqual(buffer.AsSpan(0, read)))
                    return false;
                sent = sent[read..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static StoreEntry Refuse(Exception refusal)
    {
        ExceptionDispatchInfo.Throw(refusal);
        return null!;
    }

    private static StoreException Ambiguous(StoreDriver driver, Exception refusal) => new(
        driver.Classify(refusal) with
        {
            Reason = $"{driver.Classify(refusal).Reason}; the answer to an earlier attempt was lost, so this may be the caller's own write",
            Advice = "Inspect the stored content before you write again.",
        },
        refusal);
}
