using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Cairn.Providers.Local.Platform;

/// <summary>
/// The names of one directory in compact form, sorted like listings: by UTF-8 bytes, with a directory as <c>name/</c>. Disposal returns the memory.
/// </summary>
internal sealed class NameList : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);
    private Name[] _names = ArrayPool<Name>.Shared.Rent(128);
    private int _used;

    /// <summary>Gets the number of names.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a name.</summary>
    public void Add(ReadOnlySpan<byte> name, LocalKind kind)
    {
        if (_bytes.Length - _used < name.Length + 2)
            Grow(ref _bytes, _used, name.Length + 2);
        if (_names.Length == Count)
            Grow(ref _names, Count, 1);
        var start = _used;
        name.CopyTo(_bytes.AsSpan(start));
        _used += name.Length;
        if (kind == LocalKind.Directory)
            _bytes[_used++] = (byte)'/';
        var key = _bytes.AsSpan(start, _used - start);
        Span<byte> head = stackalloc byte[8];
        head.Clear();
        key[..Math.Min(8, key.Length)].CopyTo(head);
        _names[Count++] = new Name(start, key.Length, BinaryPrimitives.ReadUInt64BigEndian(head), kind);
        // Names end with NUL, so the bytes can be passed to the system directly.
        _bytes[_used++] = 0;
    }

    /// <summary>Sorts the names in listing order.</summary>
    public void Sort() => _names.AsSpan(0, Count).Sort(new ByBytes(_bytes));

    /// <summary>Returns the kind of an entry as reported by the directory.</summary>
    public LocalKind KindAt(int index) => _names[index].Kind;

    /// <summary>Returns the name in UTF-8, with a final <c>/</c> for a directory.</summary>
    public ReadOnlySpan<byte> KeyAt(int index) => _bytes.AsSpan(_names[index].Start, _names[index].Length);

    /// <summary>Returns the name of a file as bytes with a final NUL.</summary>
    public ReadOnlySpan<byte> TerminatedAt(int index) => _bytes.AsSpan(_names[index].Start, _names[index].Length + 1);

    /// <summary>Returns the name as text, without <c>/</c>.</summary>
    public string TextAt(int index) => Encoding.UTF8.GetString(KeyAt(index)[..^(KindAt(index) == LocalKind.Directory ? 1 : 0)]);

    public void Dispose()
    {
        if (_bytes.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(_bytes);
        ArrayPool<Name>.Shared.Return(_names);
        (_bytes, _names, Count) = ([], [], 0);
    }

    private static void Grow<T>(ref T[] array, int used, int more)
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(array.Length * 2, used + more));
        array.AsSpan(0, used).CopyTo(larger);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }

    private readonly record struct Name(int Start, int Length, ulong Head, LocalKind Kind);

    private readonly struct ByBytes(byte[] bytes) : IComparer<Name>
    {
        public int Compare(Name x, Name y) =>
            x.Head != y.Head ? x.Head.CompareTo(y.Head) : bytes.AsSpan(x.Start, x.Length).SequenceCompareTo(bytes.AsSpan(y.Start, y.Length));
    }
}
