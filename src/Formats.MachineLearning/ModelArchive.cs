using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace Cairn.Formats.MachineLearning;

/// <summary>The zip archive of a model: what may be in it, and how it is written so that equal models are equal bytes.</summary>
/// <remarks>
/// Each part of a model names the assembly of its loader, and a custom mapping that of its factory; ML.NET loads whatever assembly is named. So these names are read first, at the places where
/// ML.NET reads them, and compared with what the program allows.
/// </remarks>
internal static class ModelArchive
{
    private const int HeaderSize = 0x100;
    private const int LongestName = 4096;
    private const int LongestTable = 64 << 10;

    /// <summary>The version of a custom mapping from which on it names its factory's assembly.</summary>
    private const uint NamesAssembly = 0x00010002;
    private const int MostEntries = 100_000;
    private const int Ratio = 100;
    private const long FreeOfRatio = 64 << 20;
    private const ulong HeaderSignature = 0x4C45444F4D004C4D;
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The loader of custom mappings, which names another assembly beside its own.</summary>
    private const string CustomMapping = "CustomTransformer";

    /// <summary>Checks an archive before anything of it is loaded.</summary>
    /// <param name="archive">The archive; it can seek.</param>
    /// <param name="allowed">The simple names of the assemblies that may be loaded.</param>
    /// <exception cref="InvalidDataException">It is not a model, names another assembly, or unpacks to many times its size.</exception>
    public static void Check(Stream archive, IReadOnlySet<string> allowed)
    {
        archive.Position = 0;
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true))
        {
            if (zip.Entries.Count > MostEntries)
                throw new InvalidDataException($"the archive has {zip.Entries.Count} entries, more than the {MostEntries} that a model may have");
            var left = Math.Max(FreeOfRatio, Ratio * archive.Length);
            foreach (var entry in zip.Entries)
            {
                if (entry.Length > left)
                    throw new InvalidDataException($"the archive would unpack to more than {Ratio} times its {archive.Length} bytes");
                left -= entry.Length;
                CheckEntry(entry, allowed);
            }
        }
        archive.Position = 0;
    }

    /// <summary>Copies an archive entry by entry, in the order of their names, without times and not compressed: its bytes then follow from the model alone.</summary>
    public static async ValueTask CopyAsync(Stream archive, Stream target, CancellationToken cancellationToken)
    {
        archive.Position = 0;
        using var from = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
        var to = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, null, cancellationToken).ConfigureAwait(false);
        await using var ending = to.ConfigureAwait(false);
        foreach (var entry in from.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
        {
            var copy = to.CreateEntry(entry.FullName.Replace('\\', '/'), CompressionLevel.NoCompression);
            copy.LastWriteTime = NoTime;
            var reading = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var closing = reading.ConfigureAwait(false);
            var writing = await copy.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var closed = writing.ConfigureAwait(false);
            await reading.CopyToAsync(writing, 1 << 20, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void CheckEntry(ZipArchiveEntry entry, IReadOnlySet<string> allowed)
    {
        using var content = new EntryReader(entry.Open());
        var header = new byte[HeaderSize];
        if (content.ReadAtMost(header) < HeaderSize || BinaryPrimitives.ReadUInt64LittleEndian(header) != HeaderSignature)
            return;
        var names = new SortedDictionary<long, int>();
        Add(names, header, 0x90, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(0x98)));
        if (IsLoader(header, 0x50) || IsLoader(header, 0x68))
            AddFactory(names, header, content);
        foreach (var (at, length) in names)
        {
            var name = Encoding.Unicode.GetString(content.ReadAt(at, length));
            if (!IsAllowed(name, allowed))
                throw new InvalidDataException($"its part '{ShownText.Of(entry.FullName)}' requires code of the assembly '{ShownText.Of(name)}'; if you know and trust the assembly, pass it to the materializer's constructor");
        }
    }

    /// <summary>The assembly of a custom mapping's factory. The model's first bytes are the numbers of two texts: the contract's name, and the assembly's.</summary>
    private static void AddFactory(SortedDictionary<long, int> names, byte[] header, EntryReader content)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(0x48)) < NamesAssembly)
            return;
        var (model, table, tableLength, chars) = (Read(header, 0x10), Read(header, 0x20), Read(header, 0x28), Read(header, 0x30));
        var text = model >= HeaderSize ? BinaryPrimitives.ReadInt32LittleEndian(content.ReadAt(model, 2 * sizeof(int)).AsSpan(sizeof(int))) : -1;
        if (text < 0 || text >= tableLength / sizeof(long) || tableLength > LongestTable)
            throw new InvalidDataException("its custom mapping names no assembly");
        var ends = content.ReadAt(table, (int)tableLength);
        var from = text == 0 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(ends.AsSpan((text - 1) * sizeof(long)));
        var to = BinaryPrimitives.ReadInt64LittleEndian(ends.AsSpan(text * sizeof(long)));
        if (chars < HeaderSize || from < 0 || from > int.MaxValue || to < from || to - from > LongestName)
            throw new InvalidDataException("its custom mapping names an assembly where none is allowed");
        names[chars + from] = (int)(to - from);
    }

    private static void Add(SortedDictionary<long, int> names, byte[] header, int at, uint length)
    {
        var position = Read(header, at);
        if (length == 0)
            return;
        if (position < HeaderSize || length > LongestName)
            throw new InvalidDataException("it names an assembly where none is allowed");
        names[position] = (int)length;
    }

    private static bool IsLoader(byte[] header, int at) => Encoding.ASCII.GetString(header, at, 24).TrimEnd('\0').Equals(CustomMapping, StringComparison.OrdinalIgnoreCase);

    private static long Read(byte[] header, int at) => BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(at));

    private static bool IsAllowed(string name, IReadOnlySet<string> allowed)
    {
        try
        {
            return new AssemblyName(name).Name is { } simple && allowed.Contains(simple);
        }
        catch (Exception e) when (e is FileLoadException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Reads an entry forwards.</summary>
    private sealed class EntryReader(Stream content) : IDisposable
    {
        private long _position;

        public int ReadAtMost(byte[] buffer)
        {
            var count = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            _position += count;
            return count;
        }

        public byte[] ReadAt(long position, int length)
        {
            if (position < _position)
                throw new InvalidDataException("its names are not in the order in which ML.NET writes them");
            var skipping = new byte[(int)Math.Min(64 << 10, position - _position)];
            while (_position < position)
            {
                var count = content.Read(skipping, 0, (int)Math.Min(skipping.Length, position - _position));
                _position += count > 0 ? count : throw new InvalidDataException("a part of it ends before the names that it announces");
            }
            var result = new byte[length];
            return ReadAtMost(result) == length ? result : throw new InvalidDataException("a part of it ends within the names that it announces");
        }

        public void Dispose() => content.Dispose();
    }
}
