using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Materializers;
using Cairn.Transfers;

namespace Cairn.Artifacts;

/// <summary>Takes in the files of one save, and puts their blobs in place; the manifest is for the caller to write afterwards.</summary>
/// <remarks>What is put in place before the save succeeds is referenced by nothing. Disposed, it removes what it staged.</remarks>
internal sealed class ArtifactSpool(BlobStore blobs, string? defaultMediaType, bool chunked) : ArtifactWriter, IAsyncDisposable
{
    private const int Parallelism = 8;

    /// <summary>Small files wait for the store's round trips and flushes only, and many of those share them.</summary>
    private const int SmallParallelism = 32;

    private readonly Lock _gate = new();
    private readonly List<SpoolEntry> _entries = [];
    private readonly HashSet<StorePath> _names = [];
    private readonly TemporaryFolder.Lazily _temporary = new();
    private readonly SemaphoreSlim _slots = new(SmallParallelism);
    private readonly CancellationTokenSource _abort = new();
    private readonly BlobPresence _presence = new(blobs);
    private Task? _buffers;

    /// <summary>What the materializer noted while it wrote.</summary>
    public Dictionary<string, string> Facts { get; } = new(StringComparer.Ordinal);

    public override Stream Create(StorePath name, string? mediaType = null)
    {
        var entry = Add(name, mediaType);
        return entry.Stream = NewStream(entry);
    }

    public override string CreateLocalFile(StorePath name, string? mediaType = null) => Add(name, mediaType).LocalFile = _temporary.FileFor(name);

    public override async ValueTask AddLocalFileAsync(StorePath name, string localFile, string? mediaType = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        await ReadInAsync(Add(name, mediaType), localFile, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask WriteRepeatableAsync(
        StorePath name, long length, Func<Stream, CancellationToken, ValueTask> write, string? mediaType = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var content = new RepeatableContent(length, isExact: true, write);
        await WriteAsync(Add(name, mediaType), content, cancellationToken).ConfigureAwait(false);
    }

    public override void Describe(string key, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        lock (_gate)
            Facts[key] = value;
    }

    /// <summary>Puts every blob in place.</summary>
    /// <returns>The files, and the content of those that the manifest is to hold itself.</returns>
    public async ValueTask<(IReadOnlyList<ArtifactFile> Files, IReadOnlyDictionary<StorePath, ReadOnlyMemory<byte>> Inline)> CommitAsync(string materializer, CancellationToken cancellationToken)
    {
        foreach (var entry in _entries)
        {
            if (entry.LocalFile is not null)
            {
                if (!File.Exists(entry.LocalFile))
                    throw new MaterializationException(materializer, $"the file {entry.Name} was announced and not written");
                await ReadInAsync(entry, entry.LocalFile, cancellationToken).ConfigureAwait(false);
                File.Delete(entry.LocalFile);
            }
            if (!entry.HasEnded)
                throw new MaterializationException(materializer, $"the file {entry.Name} was not ended: its stream was not disposed");
        }
        await Task.WhenAll(_entries.Select(e => e.Writing)).WaitAsync(cancellationToken).ConfigureAwait(false);
        var apart = _entries.FindAll(e => e.Stream is { Staged: not null } or { LocalFile: not null });
        if (apart.Count > 0)
        {
            await Parallel.ForEachAsync(
                apart,
                new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
                PlaceAsync).ConfigureAwait(false);
        }
        var files = _entries.ConvertAll(e => new ArtifactFile(e.Name, e.MediaType, e.Length, e.Digest.Checksum));
        return (files, _entries.Where(e => e.Inline is not null).ToDictionary(e => e.Name, e => e.Inline!.Value));
    }

    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync().ConfigureAwait(false);
        foreach (var entry in _entries)
        {
            if (entry.Stream is not { } stream)
                continue;
            await stream.AbandonAsync().ConfigureAwait(false);
            await entry.Writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stream.Staged is { } staged && !entry.InPlace)
                await RemoveStagedAsync(staged).ConfigureAwait(false);
        }
        if (_buffers is not null)
        {
            await _buffers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_buffers.IsCompletedSuccessfully)
                blobs.ChunkBuffers.GiveBack();
        }
        _temporary.Dispose();
        _abort.Dispose();
        _slots.Dispose();
    }

    private async ValueTask PlaceAsync(SpoolEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Stream?.Staged is { } staged)
        {
            await blobs.MoveInAsync(entry.Digest, staged, entry.Length, cancellationToken).ConfigureAwait(false);
            entry.InPlace = true;
        }
        else if (entry.Stream?.LocalFile is { } local)
        {
            if (!await _presence.HasAsync(entry.Digest, entry.Length, cancellationToken).ConfigureAwait(false))
                await blobs.UploadAsync(entry.Digest, local, cancellationToken).ConfigureAwait(false);
            File.Delete(local);
        }
    }

    private async ValueTask RemoveStagedAsync(StorePath staged)
    {
        try
        {
            await blobs.Store.RemoveAsync(staged, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            // The save has failed already, and its error is the one to tell; what is left is referenced by nothing.
            SpoolLog.StagedLeft(blobs.Store.Options.LoggerFactory, staged, e);
        }
    }

    /// <summary>This save's share of the memory for cutting, for all its files.</summary>
    private Task TakeBuffersAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return (_buffers ??= blobs.ChunkBuffers.TakeAsync(_abort.Token)).WaitAsync(cancellationToken);
    }

    private SpoolStream NewStream(SpoolEntry entry, long? length = null) => new(blobs, _temporary, chunked ? TakeBuffersAsync : null, length, stream => EndedAsync(entry, stream));

    private SpoolEntry Add(StorePath name, string? mediaType)
    {
        if (name.IsRoot)
            throw new ArgumentException("A file of an artifact needs a name.", nameof(name));
        lock (_gate)
        {
            if (!_names.Add(name))
                throw new ArgumentException($"The artifact has a file {name} already.", nameof(name));
            if (_entries.Count == ManifestFormat.MaxFiles)
                throw new ArgumentException($"An artifact has at most {ManifestFormat.MaxFiles} files.", nameof(name));
            var entry = new SpoolEntry(name, mediaType ?? defaultMediaType ?? ArtifactFile.Bytes, _entries.Count);
            _entries.Add(entry);
            return entry;
        }
    }

    private async ValueTask ReadInAsync(SpoolEntry entry, string localFile, CancellationToken cancellationToken)
    {
        try
        {
            await LocalFile.ReadUnchangedAsync(localFile, source => WriteAsync(entry, RepeatableContent.Of(source), cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            e.WithContext(StoreOperations.Save, blobs.Store.GetUri(StorePath.Root));
            throw;
        }
    }

    /// <summary>Hashes first what is large and may be there: then nothing is written. Otherwise hashes while it writes.</summary>
    private async ValueTask WriteAsync(SpoolEntry entry, RepeatableContent content, CancellationToken cancellationToken)
    {
        if (content.Length > SpoolStream.MemoryLimit && await blobs.MayHoldAsync(content.Length, cancellationToken).ConfigureAwait(false))
        {
            var digest = await content.HashAsync(cancellationToken).ConfigureAwait(false);
            if (!await _presence.HasAsync(digest, content.Length, cancellationToken).ConfigureAwait(false))
            {
                if (blobs.CanMove || chunked)
                {
                    await WriteStreamAsync().ConfigureAwait(false);
                    return;
                }
                await blobs.UploadAsync(digest, content, cancellationToken).ConfigureAwait(false);
            }
            entry.Found(digest, content.Length);
            return;
        }
        await WriteStreamAsync().ConfigureAwait(false);

        async ValueTask WriteStreamAsync()
        {
            var target = entry.Stream = NewStream(entry, content.IsExact ? content.Length : null);
            await content.WriteAsync(target, cancellationToken).ConfigureAwait(false);
            await target.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A small file is written as soon as it has ended, so that many of them need no room.</summary>
    private async ValueTask EndedAsync(SpoolEntry entry, SpoolStream stream)
    {
        entry.Found(stream.Digest, stream.Length);
        if (stream.Content is not { } content)
            return;
        // By place and size alone, so that equal values give equal manifests.
        if (entry.Index < ManifestFormat.InlineFiles && content.Length is > 0 and <= ManifestFormat.InlineBytes)
        {
            entry.Inline = content;
            return;
        }
        await _slots.WaitAsync(_abort.Token).ConfigureAwait(false);
        entry.Writing = PutAsync(stream.Digest, content);
    }

    private async Task PutAsync(BlobDigest digest, ReadOnlyMemory<byte> content)
    {
        try
        {
            if (!await _presence.IsListedAsync(digest, _abort.Token).ConfigureAwait(false))
                await blobs.PutAsync(digest, content, _abort.Token).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }
}
