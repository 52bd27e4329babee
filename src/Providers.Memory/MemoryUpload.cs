namespace Cairn.Providers.Memory;

/// <summary>An upload to memory: parts can be written in any order and in parallel, each copied to a separate segment.</summary>
internal sealed class MemoryUpload : StoreUpload
{
    /// <summary>Small enough that the façade buffers little, and large enough that a gigabyte needs only a thousand segments.</summary>
    private const int PartSize = 1 << 20;

    private readonly Lock _lock = new();
    private readonly MemoryDriver _driver;
    private readonly SortedDictionary<int, (long Offset, byte[] Bytes, uint Crc)> _parts = [];
    private readonly UploadRequest _request;
    private readonly MemoryEntry _entry;
    private readonly string _id;
    private MemoryEntry? _published;
    private bool _removed, _disposed;

    public MemoryUpload(MemoryDriver driver, UploadRequest request, string key, DateTimeOffset started)
    {
        (_driver, _request, Started) = (driver, request, started);
        _entry = new(key) { ContentType = request.ContentType, Metadata = new Dictionary<string, string>(request.Metadata, StringComparer.Ordinal).AsReadOnly() };
        _id = driver.Space.Begin(this);
    }

    public override int MaxParallelParts => 4;

    public override bool AcceptsAnyPartSize => true;

    internal string Key => _entry.Key;

    internal DateTimeOffset Started { get; }

    internal long Length
    {
        get
        {
            lock (_lock)
                return _parts.Values.Sum(p => (long)p.Bytes.Length);
        }
    }

    public override int GetPartSize(int number) => PartSize;

    public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Store(part);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_published is null)
            {
                Store(last);
                _published = _driver.Space.Publish(_entry with { Content = Join(), Modified = _driver.Now }, _request.Mode);
                _parts.Clear();
                _driver.Space.End(_id);
            }
            return new(_published.Describe(_request.Path));
        }
    }

    public override ValueTask DisposeAsync()
    {
        Abort(removed: false);
        return ValueTask.CompletedTask;
    }

    /// <summary>Aborts the upload: drops the parts unless they have been published.</summary>
    internal void Abort(bool removed)
    {
        lock (_lock)
        {
            if (!_disposed && !_removed && _published is null)
            {
                _driver.Space.Release(_parts.Values.Sum(p => (long)p.Bytes.Length));
                _parts.Clear();
                _driver.Space.End(_id);
            }
            _removed |= removed;
            _disposed |= !removed;
        }
    }

    private void Store(UploadPart part)
    {
        ThrowIfEnded();
        _driver.Space.Take(part.Data.Length, _driver.MaxSize);
        var bytes = GC.AllocateUninitializedArray<byte>(part.Data.Length);
        part.Data.Span.CopyTo(bytes);
        var crc = Crc32C.Compute(bytes);
        lock (_lock)
        {
            if (_disposed || _removed || _published is not null)
                _driver.Space.Release(bytes.Length);
            ThrowIfEnded();
            if (_parts.TryGetValue(part.Number, out var earlier))
                _driver.Space.Release(earlier.Bytes.Length);
            _parts[part.Number] = (part.Offset, bytes, crc);
        }
    }

    private void ThrowIfEnded()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed || _published is not null || _driver.IsDisposed, this);
            if (_removed)
                throw MemoryErrors.StagedRemoved();
        }
    }

    private MemoryContent Join()
    {
        long length = 0;
        var number = 0;
        uint crc = 0;
        foreach (var (part, (offset, bytes, sum)) in _parts)
        {
            if (part != number++ || offset != length)
                throw new InvalidOperationException($"The parts of {_request.Path} are not contiguous: part {part} begins at byte {offset}, but the preceding {number - 1} parts have {length} bytes.");
            crc = Crc32C.Combine(crc, sum, bytes.Length);
            length += bytes.Length;
        }
        return new([.. _parts.Values.Select(p => p.Bytes).Where(b => b.Length > 0)], Checksum.FromCrc32C(crc));
    }
}
