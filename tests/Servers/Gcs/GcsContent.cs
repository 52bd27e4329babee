using System.IO.Hashing;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Cairn.TestServers.Gcs;

/// <summary>The bytes of one object: a list of pieces in memory or in a spill file, never one array, so that a GiB costs no copy. Immutable.</summary>
internal sealed class GcsContent
{
    private readonly Piece[] _pieces;

    private GcsContent(Piece[] pieces, long length, uint crc32c, byte[]? md5) => (_pieces, Length, Crc, Md5) = (pieces, length, crc32c, md5);

    public static GcsContent Empty { get; } = new([], 0, 0, MD5.HashData([]));

    public long Length { get; }
    public uint Crc { get; }
    public byte[]? Md5 { get; }
    public string Crc32CBase64 => Crc32C.ToBase64(Crc);
    public string? Md5Base64 => Md5 is null ? null : Convert.ToBase64String(Md5);

    /// <summary>One content after the other, sharing their pieces; a composite has no MD5.</summary>
    public static GcsContent Concatenate(IReadOnlyList<GcsContent> parts)
    {
        long length = 0;
        uint crc = 0;
        var pieces = new List<Piece>();
        foreach (var part in parts)
        {
            pieces.AddRange(part._pieces);
            crc = Crc32C.Combine(crc, part.Crc, part.Length);
            length += part.Length;
        }
        return new GcsContent([.. pieces], length, crc, null);
    }

    public async Task CopyToAsync(Stream target, long offset, long count, CancellationToken cancellationToken)
    {
        byte[]? buffer = null;
        foreach (var piece in _pieces)
        {
            if (count == 0) return;
            if (offset >= piece.Length) { offset -= piece.Length; continue; }
            int take = (int)Math.Min(piece.Length - offset, count);
            if (piece.Array is { } array) await target.WriteAsync(array.AsMemory((int)offset, take), cancellationToken);
            else
            {
                buffer ??= new byte[1 << 18];
                for (int done = 0; done < take;)
                {
                    int read = await RandomAccess.ReadAsync(piece.File!, buffer.AsMemory(0, Math.Min(buffer.Length, take - done)), piece.FileOffset + offset + done, cancellationToken);
                    if (read == 0) throw new EndOfStreamException("The spill file is shorter than what was written to it.");
                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    done += read;
                }
            }
            count -= take;
            offset = 0;
        }
    }

    private readonly record struct Piece(byte[]? Array, SafeFileHandle? File, long FileOffset, int Length);

    /// <summary>Collects a content and its checksums. Not thread-safe.</summary>
    internal sealed class Writer(GcsFakeOptions options, long? expectedLength) : IDisposable
    {
        private const int Largest = 1 << 20;
        private readonly List<Piece> _pieces = [];
        private readonly IncrementalHash? _md5 = options.ComputeMd5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
        private byte[] _current = [];
        private int _used;
        private SafeFileHandle? _file;
        private long _fileLength;
        private long _sealed;
        private readonly Crc32 _crc = Crc32C.Begin();

        public long Length { get; private set; }

        public void Append(ReadOnlySpan<byte> data)
        {
            _crc.Append(data);
            _md5?.AppendData(data);
            Length += data.Length;
            while (!data.IsEmpty)
            {
                if (_used == _current.Length) NextPiece();
                int take = Math.Min(data.Length, _current.Length - _used);
                data[..take].CopyTo(_current.AsSpan(_used));
                _used += take;
                data = data[take..];
            }
        }

        public GcsContent Complete()
        {
            if (_used > 0 && _used < _current.Length - (_current.Length >> 2)) Array.Resize(ref _current, _used);
            Seal();
            var content = new GcsContent([.. _pieces], Length, _crc.GetCurrentHashAsUInt32(), _md5?.GetHashAndReset());
            Dispose();
            return content;
        }

        public void Dispose() => _md5?.Dispose();

        private void NextPiece()
        {
            int last = _current.Length;
            Seal();
            // Room for what is announced, else doubling: 10,000 small objects must not hold 10,000 MiB.
            long wanted = expectedLength is { } total ? total - _sealed : last * 2L;
            int size = (int)Math.Clamp(wanted, last == 0 && expectedLength > 0 ? 1 : 4096, Largest);
            if (_current.Length != size) _current = GC.AllocateUninitializedArray<byte>(size);
            _used = 0;
        }

        private void Seal()
        {
            if (_used == 0) return;
            _sealed += _used;
            if (options.SpillFolder is { } folder && (_file is not null || Length > options.SpillAbove))
            {
                Directory.CreateDirectory(folder);
                _file ??= File.OpenHandle(Path.Join(folder, Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
                RandomAccess.Write(_file, _current.AsSpan(0, _used), _fileLength);
                _pieces.Add(new Piece(null, _file, _fileLength, _used));
                _fileLength += _used;
            }
            else
            {
                _pieces.Add(new Piece(_current, null, 0, _used));
                _current = [];
            }
            _used = 0;
        }
    }
}
