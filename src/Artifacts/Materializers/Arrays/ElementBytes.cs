using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Materializers.Arrays;

/// <summary>Elements in memory seen as bytes, without a copy: a window, since there may be more bytes than memory can count.</summary>
/// <param name="memory">The elements of the window.</param>
internal sealed class ElementBytes<T>(Memory<T> memory) : MemoryManager<byte>
    where T : unmanaged
{
    private const int Window = 256 << 20;

    /// <summary>All the bytes of elements, window by window.</summary>
    public static IEnumerable<Memory<byte>> Of(Memory<T> elements)
    {
        for (var at = 0; at < elements.Length; at += Window / Unsafe.SizeOf<T>())
            yield return new ElementBytes<T>(elements.Slice(at, Math.Min(elements.Length - at, Window / Unsafe.SizeOf<T>()))).Memory;
    }

    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(memory.Span);

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)(memory.Length * Unsafe.SizeOf<T>()), nameof(elementIndex));
        var pin = memory.Pin();
        return new MemoryHandle((byte*)pin.Pointer + elementIndex, pinnable: new Pinned(pin));
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Pinned(MemoryHandle handle) : IPinnable
    {
        private MemoryHandle _handle = handle;

        public MemoryHandle Pin(int elementIndex) => throw new NotSupportedException();

        public void Unpin() => _handle.Dispose();
    }
}

/// <summary>The elements of an array of any rank, without a copy.</summary>
internal sealed class ArrayElements<T>(Array array) : MemoryManager<T>
    where T : unmanaged
{
    public override Span<T> GetSpan() => MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)array.Length, nameof(elementIndex));
        var handle = GCHandle.Alloc(array, GCHandleType.Pinned);
        return new MemoryHandle((T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array)) + elementIndex, handle);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
