using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Cairn.Providers.Local.Platform;

/// <summary>
/// The names of one directory in compact form, sorted like listings: by UTF-8 bytes, with a directory as <c>name/</c>. Disposal returns the memory.
/// </summary>
/// <remarks>
/// Each entry is a sequence of bytes, and the list orders their starts. Only bytes and <see cref="int"/> are pooled and sorted, because the framework
/// contains that code ahead-of-time compiled. For a struct, the runtime compiles some twenty methods at the first listing of a process.
/// </remarks>
internal sealed class NameList : IDisposable, IComparer<int>
{
    /// <summary>An entry: the length of the key (4 bytes), the kind (1 byte), the key, and at least one NUL.</summary>
    private const int KindOffset = 4, KeyOffset = 5, HeadLength = sizeof(ulong);

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);
    private int[] _starts = ArrayPool<int>.Shared.Rent(128);
    private int _used;

    /// <summary>Gets the number of names.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a name.</summary>
    public void Add(ReadOnlySpan<byte> name, LocalKind kind)
    {
        // The key has room for a final '/'. The NUL behind it allows passing the bytes to the system directly, and NULs fill the head of a short key.
        var length = KeyOffset + Math.Max(name.Length + 2, HeadLength);
        if (_bytes.Length - _used < length)
            Grow(ref _bytes, _used, length);
        if (_starts.Length == Count)
            Grow(ref _starts, Count, 1);
        var entry = _bytes.AsSpan(_used, length);
        entry.Clear();
        var isDirectory = kind == LocalKind.Directory;
        BinaryPrimitives.WriteInt32LittleEndian(entry, name.Length + (isDirectory ? 1 : 0));
        entry[KindOffset] = (byte)kind;
        name.CopyTo(entry[KeyOffset..]);
        if (isDirectory)
            entry[KeyOffset + name.Length] = (byte)'/';
        _starts[Count++] = _used;
        _used += length;
    }

    /// <summary>Sorts the names in listing order.</summary>
    public void Sort() => Array.Sort(_starts, 0, Count, this);

    /// <summary>Returns the kind of an entry as reported by the directory.</summary>
    public LocalKind KindAt(int index) => (LocalKind)_bytes[_starts[index] + KindOffset];

    /// <summary>Returns the name in UTF-8, with a final <c>/</c> for a directory.</summary>
    public ReadOnlySpan<byte> KeyAt(int index) => Key(_starts[index]);

    /// <summary>Returns the name of a file as bytes with a final NUL.</summary>
    public ReadOnlySpan<byte> TerminatedAt(int index) => Key(_starts[index], more: 1);

    /// <summary>Returns the name as text, without <c>/</c>.</summary>
    public string TextAt(int index) => Encoding.UTF8.GetString(KeyAt(index)[..^(KindAt(index) == LocalKind.Directory ? 1 : 0)]);

    /// <summary>Compares the entries that start at two places by their keys: first by the head, without a call.</summary>
    int IComparer<int>.Compare(int x, int y)
    {
        var head = BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan(x + KeyOffset));
        var other = BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan(y + KeyOffset));
        return head != other ? head.CompareTo(other) : Key(x).SequenceCompareTo(Key(y));
    }

    public void Dispose()
    {
        if (_bytes.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(_bytes);
        ArrayPool<int>.Shared.Return(_starts);
        (_bytes, _starts, Count) = ([], [], 0);
    }

    private ReadOnlySpan<byte> Key(int start, int more = 0) => _bytes.AsSpan(start + KeyOffset, BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(start)) + more);

    private static void Grow<T>(ref T[] array, int used, int more)
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(array.Length * 2, used + more));
        array.AsSpan(0, used).CopyTo(larger);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }
}
