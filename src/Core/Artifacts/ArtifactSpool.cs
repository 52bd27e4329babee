using Cairn.Materializers;
using Cairn.Transfers;

namespace Cairn.Artifacts;

/// <summary>Takes in the files of one save, and puts their blobs in place; the manifest is for the caller to write afterwards.</summary>
/// <remarks>What is put in place before the save succeeds is referenced by nothing. Disposed, it removes what it staged.</remarks>
internal sealed class ArtifactSpool(BlobStore blobs, string? defaultMediaType) : ArtifactWriter, IAsyncDisposable
{
    private const int Parallelism = 8;
    private const int CopyBuffer = 1 << 20;

    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly HashSet<ArtifactPath> _names = [];
    private readonly TemporaryFolder.Lazily _temporary = new();
    private readonly SemaphoreSlim _slots = new(Parallelism);
    private readonly CancellationTokenSource _abort = new();

    /// <summary>What the materializer noted while it wrote.</summary>
    public Dictionary<string, string> Facts { get; } = new(StringComparer.Ordinal);

    public override Stream Create(ArtifactPath name, string? mediaType = null)
    {
        var entry = Add(name, mediaType);
        return entry.Stream = NewStream(entry);
    }

    public override string CreateLocalFile(ArtifactPath name, string? mediaType = null) => Add(name, mediaType).LocalFile = _temporary.FileFor(name);

    public override async ValueTask AddLocalFileAsync(ArtifactPath name, string localFile, string? mediaType = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        var entry = Add(name, mediaType);
        await ReadInAsync(entry, localFile, cancellationToken).ConfigureAwait(false);
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
    public async ValueTask<(IReadOnlyList<ArtifactFile> Files, IReadOnlyDictionary<ArtifactPath, ReadOnlyMemory<byte>> Inline)> CommitAsync(string materializer, CancellationToken cancellationToken)
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
            if (entry.Stream is not { HasEnded: true })
                throw new MaterializationException(materializer, $"the file {entry.Name} was not ended: its stream was not disposed");
        }
        await Task.WhenAll(_entries.Select(e => e.Writing)).WaitAsync(cancellationToken).ConfigureAwait(false);
        await Parallel.ForEachAsync(
            _entries,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (entry, stopping) =>
            {
                var stream = entry.Stream!;
                if (stream.Staged is { } staged)
                {
                    await blobs.MoveInAsync(stream.Digest, staged, stopping).ConfigureAwait(false);
                    entry.InPlace = true;
                }
                else if (stream.LocalFile is { } local)
                {
                    await blobs.UploadAsync(stream.Digest, local, stopping).ConfigureAwait(false);
                    File.Delete(local);
                }
            }).ConfigureAwait(false);
        var files = _entries.ConvertAll(e => new ArtifactFile(e.Name, e.MediaType, e.Stream!.Length, e.Stream.Digest.Checksum));
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
        _temporary.Dispose();
        _abort.Dispose();
        _slots.Dispose();
    }

    private async ValueTask RemoveStagedAsync(ArtifactPath staged)
    {
        try
        {
            await blobs.Store.RemoveAsync(staged, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ArtifactStoreException e)
        {
            // The save has failed already, and its error is the one to tell; what is left is referenced by nothing.
            SpoolLog.StagedLeft(blobs.Store.Options.LoggerFactory, staged, e);
        }
    }

    private SpoolStream NewStream(Entry entry) => new(blobs, _temporary, stream => EndedAsync(entry, stream));

    private Entry Add(ArtifactPath name, string? mediaType)
    {
        if (name.IsRoot)
            throw new ArgumentException("A file of an artifact needs a name.", nameof(name));
        lock (_gate)
        {
            if (!_names.Add(name))
                throw new ArgumentException($"The artifact has a file {name} already.", nameof(name));
            if (_entries.Count == ManifestFormat.MaxFiles)
                throw new ArgumentException($"An artifact has at most {ManifestFormat.MaxFiles} files.", nameof(name));
            var entry = new Entry(name, mediaType ?? defaultMediaType ?? ArtifactFile.Bytes, _entries.Count);
            _entries.Add(entry);
            return entry;
        }
    }

    private async ValueTask ReadInAsync(Entry entry, string localFile, CancellationToken cancellationToken)
    {
        var source = new FileStream(localFile, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var closing = source.ConfigureAwait(false);
        var target = entry.Stream = NewStream(entry);
        await source.CopyToAsync(target, CopyBuffer, cancellationToken).ConfigureAwait(false);
        await target.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A small file is written as soon as it has ended, so that many of them need no room.</summary>
    private async ValueTask EndedAsync(Entry entry, SpoolStream stream)
    {
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
            await blobs.PutAsync(digest, content, _abort.Token).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    private sealed class Entry(ArtifactPath name, string mediaType, int index)
    {
        public ArtifactPath Name => name;

        public string MediaType => mediaType;

        public int Index => index;

        public SpoolStream? Stream { get; set; }

        public string? LocalFile { get; set; }

        public ReadOnlyMemory<byte>? Inline { get; set; }

        public Task Writing { get; set; } = Task.CompletedTask;

        public bool InPlace { get; set; }
    }
}
