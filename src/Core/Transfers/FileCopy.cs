using Cairn.Providers;

namespace Cairn.Transfers;

/// <summary>Copies one file between two places, whatever stores they are in.</summary>
internal static class FileCopy
{
    /// <summary>
    /// Copies, by the store itself where both places are in one that can. The source must have the etag, if one is given; <paramref name="progress"/> is told how many more
    /// bytes have arrived.
    /// </summary>
    public static async ValueTask<ArtifactInfo> CopyAsync(
        ArtifactStore source, ArtifactPath from, ArtifactStore target, ArtifactPath to, WriteMode mode, string? sourceIfMatch, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(source.Whole, target.Whole))
            return await StreamAsync(source, from, target, to, mode, sourceIfMatch, progress, cancellationToken).ConfigureAwait(false);
        var info = await source.Whole.CopyFileAsync(source.Prefix / from, target.Prefix / to, mode, sourceIfMatch, progress, cancellationToken).ConfigureAwait(false);
        return target.Prefix.IsRoot ? info : info.At(to);
    }

    /// <summary>Copies through this process, in memory bounded by the target's parts. Content type and metadata go along where the target keeps them.</summary>
    public static async ValueTask<ArtifactInfo> StreamAsync(
        ArtifactStore source, ArtifactPath from, ArtifactStore target, ArtifactPath to, WriteMode mode, string? sourceIfMatch, Action<long>? progress, CancellationToken cancellationToken)
    {
        var read = await source.OpenReadAsync(from, OpenReadOptions.ForCopy(sourceIfMatch), cancellationToken).ConfigureAwait(false);
        await using var reading = read.ConfigureAwait(false);
        var options = new OpenWriteOptions { Length = read.Length, ContentType = target.Capabilities.ContentType ? read.Info.ContentType : null };
        if (target.Capabilities.Metadata)
            options = options with { Metadata = read.Info.Metadata };
        var write = await target.OpenWriteAsync(to, mode, options, cancellationToken).ConfigureAwait(false);
        await using var writing = write.ConfigureAwait(false);
        await write.CopyFromAsync(read, progress, cancellationToken).ConfigureAwait(false);
        return await write.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
