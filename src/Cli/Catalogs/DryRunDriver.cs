using System.Collections.Concurrent;
using Cairn.Providers;

namespace Cairn.Cli;

/// <summary>
/// A store for a dry run: it reads what the store has and keeps what is written in memory. An operation decides as it would on the store, on the newest state, and changes nothing.
/// </summary>
/// <remarks>
/// Listings show only what the store has. Of the written content, the newest 64 MiB can be read again: an operation reads the small files that it has just written, such as a manifest, and not
/// the files that it saves.
/// </remarks>
internal sealed class DryRunDriver(StoreDriver inner, TimeProvider time) : DelegatingStoreDriver(inner)
{
    private const int MaxKept = 64 << 20;
    private const int PartSize = 1 << 20;
    private readonly ConcurrentDictionary<StorePath, Written> _written = new();
    private readonly Queue<Written> _kept = new();
    private readonly Lock _gate = new();
    private long _bytes;

    /// <summary>Gets whether nothing was written, so that the operation needs nothing that the store does not have.</summary>
    public bool IsUnused => _written.IsEmpty;

    /// <summary>Gets the capabilities of the store for reading and conditional writes. Content is never moved or copied within the store.</summary>
    public override StoreCapabilities Capabilities => Inner.Capabilities with { Move = MoveKind.None, Copy = false, Touch = false, Presign = false, Staged = false };

    /// <summary>Opens a view of a store whose content never changes.</summary>
    /// <returns>The view. The store must stay open longer.</returns>
    public static ArtifactStore Over(ArtifactStore store, out DryRunDriver driver)
    {
        driver = new((StoreDriver)store.GetService(typeof(StoreDriver))!, store.Options.TimeProvider);
        return new(driver, store.Options);
    }

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        _written.TryGetValue(path, out var written) ? new(written.Entry) : Inner.StatAsync(path, cancellationToken);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_written.TryGetValue(request.Path, out var written))
            return Inner.OpenReadAsync(request, cancellationToken);
        if (request.IfMatch is { } etag && etag != written.Entry.ETag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, "it has another version");
        var content = written.Content ?? throw new StoreException(StoreErrorCode.Unsupported, "a dry run does not keep content of this size");
        return new(new StoreRead(written.Entry, new MemoryStream(content, writable: false) { Position = request.Range.Offset }));
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) => new(new Upload(this, request));

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) => throw Refused("delete");

    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) => throw Refused("copy");

    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => throw Refused("move");

    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) => throw Refused("touch");

    public override ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) => throw Refused("presign");

    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) => throw Refused("remove staged uploads");

    public override string? GetLocalPath(StorePath path) => _written.ContainsKey(path) ? null : Inner.GetLocalPath(path);

    /// <summary>Returns this driver if it has the type: a caller that reached the inner one could write to the store.</summary>
    public override object? GetService(Type serviceType) => serviceType?.IsInstanceOfType(this) == true ? this : null;

    /// <summary>The store stays open: the session owns it.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static StoreException Refused(string operation) => new(StoreErrorCode.Unsupported, $"a dry run does not {operation}");

    private async ValueTask<StoreEntry> CompleteAsync(UploadRequest request, byte[]? content, long length, CancellationToken cancellationToken)
    {
        var existing = await StatAsync(request.Path, cancellationToken).ConfigureAwait(false);
        if (request.Mode.Kind == WriteModes.CreateNew && existing is not null)
            throw new StoreException(StoreErrorCode.AlreadyExists, "it already exists");
        if (request.Mode.Kind == WriteModes.Match && existing?.ETag != request.Mode.ETag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, "it has another version");
        var entry = new StoreEntry { Path = request.Path, Length = length, ETag = $"dry-{Guid.NewGuid():N}", Modified = time.GetUtcNow(), ContentType = request.ContentType, Metadata = request.Metadata };
        var written = new Written(entry) { Content = content };
        if (request.Mode.Kind != WriteModes.CreateNew)
            _written[request.Path] = written;
        else if (!_written.TryAdd(request.Path, written))
            throw new StoreException(StoreErrorCode.AlreadyExists, "it already exists");
        Keep(written);
        return entry;
    }

    private void Keep(Written written)
    {
        lock (_gate)
        {
            _kept.Enqueue(written);
            _bytes += written.Content?.Length ?? 0;
            while (_bytes > MaxKept)
            {
                var oldest = _kept.Dequeue();
                _bytes -= oldest.Content?.Length ?? 0;
                oldest.Content = null;
            }
        }
    }

    private sealed class Written(StoreEntry entry)
    {
        public StoreEntry Entry { get; } = entry;

        public byte[]? Content { get; set; }
    }

    /// <summary>Keeps small content and counts the bytes of the rest.</summary>
    private sealed class Upload(DryRunDriver driver, UploadRequest request) : StoreUpload
    {
        private readonly MemoryStream _content = new();
        private long _length;
        private StoreEntry? _entry;

        public override int GetPartSize(int number) => PartSize;

        public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            _length += part.Data.Length;
            if (_length <= MaxKept)
                _content.Write(part.Data.Span);
            else
                _content.SetLength(0);
            return ValueTask.CompletedTask;
        }

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            await WritePartAsync(last, cancellationToken).ConfigureAwait(false);
            return _entry ??= await driver.CompleteAsync(request, _length <= MaxKept ? _content.ToArray() : null, _length, cancellationToken).ConfigureAwait(false);
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
