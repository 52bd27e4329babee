using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Materializers.Arrays;
using Cairn.Providers.Local;
using Cairn.Tests.Workspaces;

namespace Cairn.Tests.Materializers;

public sealed class BoundedMemoryTests
{
    private const int Large = 40 << 20;

    public BoundedMemoryTests() => BoundedMemory.Settle();

    [Fact]
    public Task Bad_and_large_input_needs_at_most_twice_its_bytes_and_a_fixed_amount() => BoundedMemory.RunAsync(typeof(BoundedMemoryTests));

    [Theory]
    [Trait("Memory", "Bounded")]
    [InlineData("<f8", true)]
    [InlineData(">f8", true)]
    [InlineData(">c16", false)]
    public async Task A_large_array_is_held_twice_at_most(string type, bool fortran)
    {
        var size = type.EndsWith("16", StringComparison.Ordinal) ? 16 : 8;
        using var folder = new TempFolder();
        await using (var file = File.Create(folder["a.npy"]))
        {
            file.Write(Npy($"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({Large / size / 4}, 4), }}"));
            file.SetLength(file.Length + Large);
        }
        await using var stream = File.OpenRead(folder["a.npy"]);
        var (header, length) = await NpyHeader.ReadAsync(stream, default);
        var array = await NpyElement.Of(header.Type).ReadAsync(header, stream.Length - length, stream, default);
        array.Shape.ShouldBe([Large / size / 4, 4]);
        // The next test would run in a frame above this one, whose variables hold the array.
        await Task.Yield();
    }

    [Theory]
    [Trait("Memory", "Bounded")]
    [InlineData("(100000000,)")]
    [InlineData("(2147483647,)")]
    [InlineData("(268435455, 8)")]
    public async Task An_array_that_is_not_there_is_not_made(string shape)
    {
        var error = await RefusedAsync("npy", [.. Npy($"{{'descr': '|u1', 'fortran_order': True, 'shape': {shape}, }}"), 1, 2, 3]);
        error.Message.ShouldContain("announces");
        await RefusedAsync("npz", Zip(e => e.Write([.. Npy($"{{'descr': '|u1', 'fortran_order': True, 'shape': {shape}, }}"), 1, 2, 3])));
    }

    /// <summary>As much announced as compression can make of it, and far less there.</summary>
    [Fact]
    [Trait("Memory", "Bounded")]
    public async Task An_entry_that_announces_more_than_it_holds_is_counted_before_an_array_is_made()
    {
        const int Announced = 900_000_000;
        var random = new byte[1 << 20];
        new Random(1).NextBytes(random);
        var head = Npy($"{{'descr': '|u1', 'fortran_order': False, 'shape': ({Announced - 128},), }}");
        head.Length.ShouldBe(128);
        var zip = Zip(e =>
        {
            e.Write(head);
            e.Write(random);
        });
        // The sizes of the uncompressed bytes, in both directories of the archive.
        Patch(zip, "PK\u0003\u0004", 22, Announced);
        Patch(zip, "PK\u0001\u0002", 24, Announced);
        (await RefusedAsync("npz", zip)).Message.ShouldContain("announces 900000000 bytes and holds");
    }

    [Fact]
    [Trait("Memory", "Bounded")]
    public async Task Entries_that_share_their_bytes_are_refused()
    {
        var zip = Zip(e =>
        {
            e.Write(Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (20000000,), }"));
            // In pieces: the test itself must not need what the heap gives.
            var zeros = new byte[100_000];
            for (var i = 0; i < 200; i++)
                e.Write(zeros);
        });
        var directory = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        var end = zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        var entry = zip[directory..end];
        // One entry a thousand times, under names of their own.
        var entries = Enumerable.Range(0, 1000).SelectMany(i =>
        {
            var copy = (byte[])entry.Clone();
            Encoding.ASCII.GetBytes(i.ToString("D4", System.Globalization.CultureInfo.InvariantCulture)).CopyTo(copy, 46);
            return copy;
        }).ToArray();
        var tail = zip[end..];
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(8), 1000);
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(10), 1000);
        BinaryPrimitives.WriteInt32LittleEndian(tail.AsSpan(12), entries.Length);
        (await RefusedAsync("npz", [.. zip[..directory], .. entries, .. tail])).Message.ShouldContain("overlap");
    }

    private static void Patch(byte[] zip, string signature, int offset, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(zip.AsSpan().IndexOf(Encoding.ASCII.GetBytes(signature)) + offset), value);

    private static byte[] Zip(Action<Stream> write)
    {
        using var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("0000.npy").Open();
            write(entry);
        }
        return target.ToArray();
    }

    /// <summary>The head of an <c>.npy</c> file, of 128 bytes.</summary>
    private static byte[] Npy(string header)
    {
        var head = new byte[128];
        head.AsSpan().Fill((byte)' ');
        ((byte[])[0x93, .. "NUMPY"u8, 1, 0, 118, 0]).CopyTo(head, 0);
        Encoding.ASCII.GetBytes(header, head.AsSpan(10));
        head[^1] = (byte)'\n';
        return head;
    }

    private static async Task<Exception> RefusedAsync(string id, byte[] content)
    {
        using var folder = new TempFolder();
        var registry = MaterializerRegistry.CreateDefault();
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(folder["store"]));
        var saved = await new ArtifactRepository(store, registry).SaveAsync(content);
        registry.TryGet(id, out var materializer).ShouldBeTrue();
        await using var reader = await new ArtifactRepository(store, registry).OpenAsync(saved.Digest);
        return await Record.ExceptionAsync(async () => await materializer!.LoadAsync(reader, materializer.DefaultType!, default)) switch
        {
            MaterializationException e => e,
            InvalidDataException e => e,
            var other => throw new InvalidOperationException($"A clear error was expected, and it is {other}"),
        };
    }
}
