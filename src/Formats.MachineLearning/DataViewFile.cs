using System.Text;

namespace Cairn.Formats.MachineLearning;

/// <summary>The layout of ML.NET's binary data files (<c>.idv</c>): a header, blocks of the columns, a table for each column of where its blocks are,
/// annotations, a table of contents, a tail.</summary>
/// <remarks>ML.NET writes the blocks in the order in which its threads finish them. Written in the order of rows, equal data are equal bytes, and nothing else of the file changes.</remarks>
internal sealed class DataViewFile
{
    private const int HeaderSize = 256;
    private const int TailSize = 8;
    private const int LookupSize = 16;
    private const long HeaderSignature = 0x00425644004C4D43;
    private const long TailSignature = 0x434D4C0044564200;

    /// <summary>More than Deflate can make of a byte.</summary>
    private const long Inflation = 1100;

    private readonly Stream _file;
    private readonly List<Column> _columns = [];
    private long _length;

    private DataViewFile(Stream file) => _file = file;

    /// <summary>How many rows it has.</summary>
    public long Rows { get; private set; }

    /// <summary>How many columns it has.</summary>
    public int Columns => _columns.Count;

    /// <summary>Reads where everything is.</summary>
    /// <param name="file">The file; it can seek.</param>
    /// <exception cref="InvalidDataException">It is not such a file, or is cut short.</exception>
    public static DataViewFile Read(Stream file)
    {
        var layout = new DataViewFile(file);
        using var reader = new BinaryReader(file, Encoding.UTF8, leaveOpen: true);
        try
        {
            layout.Read(reader);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("it ends before what it announces", e);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException("its table of contents has an entry that is not a number", e);
        }
        file.Position = 0;
        return layout;
    }

    /// <summary>Copies the file with its blocks in the order of rows, and of columns within.</summary>
    public async ValueTask CopyAsync(Stream target, CancellationToken cancellationToken)
    {
        var end = HeaderSize + _columns.Sum(c => c.Blocks.Sum(b => (long)b.Length));
        var ofTables = end;
        foreach (var column in _columns)
        {
            if (column.Lookups != ofTables)
                throw new InvalidDataException("its parts are not where ML.NET places them");
            ofTables += column.Blocks.Length * LookupSize;
        }
        var tables = new MemoryStream();
        var at = (long)HeaderSize;
        await CopyAsync(0, HeaderSize, target, cancellationToken).ConfigureAwait(false);
        var starts = _columns.Select(c => new long[c.Blocks.Length]).ToList();
        for (var block = 0; block < _columns.Max(c => (int?)c.Blocks.Length); block++)
        {
            for (var column = 0; column < _columns.Count; column++)
            {
                if (block >= _columns[column].Blocks.Length)
                    continue;
                var (start, length, _) = _columns[column].Blocks[block];
                await CopyAsync(start, length, target, cancellationToken).ConfigureAwait(false);
                starts[column][block] = at;
                at += length;
            }
        }
        var writer = new BinaryWriter(tables);
        for (var column = 0; column < _columns.Count; column++)
        {
            for (var block = 0; block < starts[column].Length; block++)
            {
                writer.Write(starts[column][block]);
                writer.Write(_columns[column].Blocks[block].Length);
                writer.Write(_columns[column].Blocks[block].Unpacked);
            }
        }
        writer.Flush();
        await target.WriteAsync(tables.GetBuffer().AsMemory(0, (int)tables.Length), cancellationToken).ConfigureAwait(false);
        await CopyAsync(ofTables, _length - ofTables, target, cancellationToken).ConfigureAwait(false);
    }

    private void Read(BinaryReader reader)
    {
        _length = _file.Length;
        _file.Position = 0;
        if (_length < HeaderSize + TailSize || reader.ReadInt64() != HeaderSignature)
            throw new InvalidDataException("it does not begin as a binary data file of ML.NET does");
        _file.Position = 24;
        var (contents, tail, rows, columns) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32());
        if (tail != _length - TailSize || contents < HeaderSize || contents > tail || rows < 0 || columns < 0 || columns > tail - contents)
            throw new InvalidDataException("its header does not fit its length; it may be cut short");
        _file.Position = tail;
        if (reader.ReadInt64() != TailSignature)
            throw new InvalidDataException("it does not end as a binary data file of ML.NET does");
        Rows = rows;
        _file.Position = contents;
        var found = new List<(long Lookups, long Count)>();
        for (var i = 0; i < columns; i++)
            found.Add(ReadColumn(reader, tail, rows));
        foreach (var (lookups, count) in found)
            _columns.Add(new(lookups, ReadBlocks(reader, lookups, count, tail)));
    }

    /// <summary>A name, a codec (its name and parameters), a kind of compression, rows in a block, where the blocks are listed, where annotations are.</summary>
    private (long Lookups, long Count) ReadColumn(BinaryReader reader, long tail, long rows)
    {
        Skip(reader.Read7BitEncodedInt(), tail);
        Skip(reader.Read7BitEncodedInt(), tail);
        Skip(reader.Read7BitEncodedInt64(), tail);
        _ = reader.ReadByte();
        var perBlock = reader.Read7BitEncodedInt64();
        var (lookups, annotations) = (reader.ReadInt64(), reader.ReadInt64());
        if (perBlock < 0 || perBlock == 0 && rows > 0 || annotations < 0 || annotations > tail)
            throw new InvalidDataException("its table of contents does not describe columns");
        var count = rows == 0 ? 0 : (rows - 1) / perBlock + 1;
        return lookups >= HeaderSize && lookups <= tail && count <= (tail - lookups) / LookupSize && count <= int.MaxValue
            ? (lookups, count)
            : throw new InvalidDataException("it announces more blocks than it has room for");
    }

    private Block[] ReadBlocks(BinaryReader reader, long lookups, long count, long tail)
    {
        _file.Position = lookups;
        var blocks = new Block[count];
        for (var i = 0; i < blocks.Length; i++)
        {
            var block = new Block(reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32());
            if (block.Start < HeaderSize || block.Length < 0 || block.Start > tail - block.Length || block.Unpacked < 0 || block.Unpacked > Inflation * ((long)block.Length + 1))
                throw new InvalidDataException($"block {i} of a column is not within the file");
            blocks[i] = block;
        }
        return blocks;
    }

    private void Skip(long count, long tail)
    {
        if (count < 0 || count > tail - _file.Position)
            throw new InvalidDataException("its table of contents goes beyond the file");
        _file.Position += count;
    }

    private async ValueTask CopyAsync(long from, long count, Stream target, CancellationToken cancellationToken)
    {
        _file.Position = from;
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Clamp(count, 1, 1 << 20));
        try
        {
            while (count > 0)
            {
                var read = await _file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    throw new EndOfStreamException("The file has become shorter.");
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                count -= read;
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed record Column(long Lookups, Block[] Blocks);

    private readonly record struct Block(long Start, int Length, int Unpacked);
}
