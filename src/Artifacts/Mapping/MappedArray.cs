using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Cairn.Artifacts;

/// <summary>The condition for comparing a file that is mapped into memory with its digest.</summary>
public enum MappedCheck
{
    /// <summary>
    /// Once per file: the check is recorded in the store with inode, size and modified time. A change that preserves all three is not detected.
    /// </summary>
    Once,

    /// <summary>Each time; this reads the whole file.</summary>
    Always,

    /// <summary>Never, for callers that trust the file.</summary>
    Never,
}

/// <summary>An array in a file that is mapped into memory: its pages are read on access.</summary>
/// <remarks>
/// <para>
/// <para>Changes to the memory are private to this process and do not change the file. No program may truncate or overwrite the file while it is mapped;
/// Cairn never does.</para>
/// </para>
/// <para><para>Disposal unmaps the file; the memory must not be used afterwards. Reading is thread-safe.</para></para>
/// </remarks>
/// <typeparam name="T">The type of the elements.</typeparam>
public sealed class MappedArray<T> : IMemoryOwner<T>
    where T : unmanaged
{
    private readonly IDisposable? _mapping;
    private readonly Memory<T> _memory;
    private bool _disposed;

    internal MappedArray(Memory<T> memory, IReadOnlyList<int> shape, IDisposable? mapping) => (_memory, Shape, _mapping) = (memory, shape, mapping);

    /// <summary>Gets the length of each dimension; empty for a single number.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Gets the elements in C order: the last index varies fastest.</summary>
    /// <exception cref="ObjectDisposedException">The file is no longer mapped.</exception>
    public Memory<T> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _memory;
        }
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        _disposed = true;
        _mapping?.Dispose();
    }
}

/// <summary>A file in memory: private to this process where it is written to.</summary>
internal sealed unsafe class FileMapping : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    public FileMapping(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Length = RandomAccess.GetLength(handle);
        _file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: true);
        try
        {
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    public long Length { get; }

    /// <summary>The bytes from the start, as a stream.</summary>
    public Stream OpenStream() => new UnmanagedMemoryStream(_start, Length);

    /// <summary>Some of the bytes as elements.</summary>
    public Memory<T> Elements<T>(long offset, int count)
        where T : unmanaged => new Window<T>(this, offset, count).Memory;

    public void Dispose()
    {
        if (_start is null)
            return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private sealed class Window<T>(FileMapping mapping, long offset, int count) : MemoryManager<T>
        where T : unmanaged
    {
        public override Span<T> GetSpan() => new(Start, count);

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)count, nameof(elementIndex));
            return new MemoryHandle((T*)Start + elementIndex);
        }

        private void* Start => mapping._start is null ? throw new ObjectDisposedException(nameof(MappedArray<T>)) : mapping._start + offset;

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
