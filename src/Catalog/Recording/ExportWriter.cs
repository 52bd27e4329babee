using System.Collections.Concurrent;
using System.Security.Cryptography;
using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;

namespace Cairn.Catalog.Recording;

/// <summary>Writes the exports of a run below <c>exports/</c>. A file of somebody else is never replaced. Thread-safe.</summary>
/// <param name="store">The store that contains the folder of the artifacts.</param>
/// <param name="group">The folder of the run below <c>exports/</c>.</param>
internal sealed class ExportWriter(ArtifactStore store, string group)
{
    private const int MaxProposals = 100;
    private static readonly StorePath _folder = "exports";
    private readonly ConcurrentDictionary<StorePath, ExportRecord> _own = new();
    private readonly SemaphoreSlim _turns = new(1);

    /// <summary>The folder of a run: its flow and short id, as a portable name.</summary>
    public static string GroupOf(string flow, Guid run) => Portable($"{flow.Replace('/', '_')}_{ShortRunId.Of(run)}");

    /// <summary>Writes an export.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.AlreadyExists"/>: the path has another content, which this run did not write.</exception>
    public async Task<ExportRecord> WriteAsync(Export export, CancellationToken cancellationToken)
    {
        var path = PathOf(export.Name);
        // The content is complete before the first byte is sent: an error of the caller's code leaves the store as it is.
        var local = Path.Join(Path.GetTempPath(), $"cairn-export-{Guid.NewGuid():N}");
        var content = new FileStream(local, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        await using var closing = content.ConfigureAwait(false);
        await export.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        content.Position = 0;
        var digest = BlobDigest.From(new(Checksum.Sha256, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false))));
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var own = _own.GetValueOrDefault(path);
            if (own?.Digest == digest)
                return own;
            content.Position = 0;
            var written = await PutAsync(own?.Version is { } version ? WriteMode.Match(version) : WriteMode.CreateNew).ConfigureAwait(false);
            return _own[path] = new(export.Name, path.Value, content.Length, export.MediaType, digest, written.ETag);
        }
        finally
        {
            _turns.Release();
        }

        async Task<StoreEntry> PutAsync(WriteMode mode)
        {
            try
            {
                var target = await store.OpenWriteAsync(path, mode, new() { ContentType = export.MediaType }, cancellationToken).ConfigureAwait(false);
                await using var ending = target.ConfigureAwait(false);
                await content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
                return await target.CompleteAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.Code is StoreErrorCode.AlreadyExists or StoreErrorCode.PreconditionFailed)
            {
                if (await TryFindEqualAsync(path, digest, cancellationToken).ConfigureAwait(false) is { } equal)
                    return equal;
                throw new StoreException(new StoreFault(StoreErrorCode.AlreadyExists, "the path has another content, which this run did not write")
                {
                    Advice = $"Use another name, such as '{await FindFreeNameAsync(export.Name, cancellationToken).ConfigureAwait(false)}'.",
                }, e).WithContext("write the export", store.GetUri(path));
            }
        }
    }

    private static string Portable(string name)
    {
        var safe = string.Concat(name.Select(c => c < ' ' || "\\:*?\"<>|".Contains(c, StringComparison.Ordinal) ? '_' : c)).TrimEnd('.', ' ');
        return PortableNames.Problem(safe) is null ? safe : "_" + safe;
    }

    private StorePath PathOf(string name)
    {
        if (!StorePath.TryParse(name, out var relative) || relative.IsRoot)
            throw new ArgumentException($"'{ErrorText.Escape(name)}' cannot name an export: it is not a path without empty segments, '.' and '..'.", nameof(name));
        var path = _folder / group / string.Join('/', relative.Segments.Select(Portable));
        return path.IsPortable ? path : throw new ArgumentException($"'{ErrorText.Escape(name)}' cannot name an export: a segment has more than 255 bytes of UTF-8.", nameof(name));
    }

    private async Task<StoreEntry?> TryFindEqualAsync(StorePath path, BlobDigest digest, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
            return hash == digest.Hex ? stream.Info : null;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
    }

    private async Task<string> FindFreeNameAsync(string name, CancellationToken cancellationToken)
    {
        var extension = Path.GetExtension(name);
        var stem = name[..^extension.Length];
        for (var number = 2; number < MaxProposals; number++)
        {
            if (!await store.ExistsAsync(PathOf($"{stem}-{number}{extension}"), cancellationToken).ConfigureAwait(false))
                return $"{stem}-{number}{extension}";
        }
        return $"{stem}-{Guid.NewGuid():N}{extension}";
    }
}
