using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Materializers.Arrays;
using Cairn.Providers.Memory;
using Cairn.Tests.Drivers;
using Cairn.Tests.Tools;
using Cairn.Tests.Workspaces;

namespace Cairn.Tests.Materializers;

public sealed class NpyTests : IAsyncLifetime
{
    private ArtifactRepository _repository = null!;

    public async ValueTask InitializeAsync() =>
        _repository = new(await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://npy"), MaterializerRegistry.CreateDefault());

    public ValueTask DisposeAsync() => _repository.Store.DisposeAsync();

    [Fact]
    public async Task Arrays_come_back()
    {
        await SameAsync<double>([1.5, double.NaN, -0.0]);
        await SameAsync<bool>([true, false]);
        await SameAsync<Half>([(Half)1.5]);
        await SameAsync<ulong>([ulong.MaxValue]);
        await SameAsync<Complex>([new(1, -2)]);
        await SameAsync<int>([]);
        await SameAsync<long>([.. Enumerable.Range(0, 300_000)]);
        var grid = new float[2, 3] { { 1, 2, 3 }, { 4, 5, 6 } };
        var saved = await _repository.SaveAsync(grid);
        saved.Manifest.Facts.ShouldBe(new Dictionary<string, string> { ["dtype"] = "f4", ["shape"] = "2,3" });
        (await _repository.LoadAsync<float[,]>(saved.Digest)).ShouldBe(grid);
        var any = (await _repository.LoadAsync<object>(saved.Digest)).ShouldBeOfType<NdArray<float>>();
        any.Shape.ShouldBe([2, 3]);
        any.Data.ShouldBe([1, 2, 3, 4, 5, 6]);
        (await _repository.PreviewAsync(saved.Digest))!.Text.ShouldBe("f4 (2, 3)");
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<float[]>(saved.Digest))).Message.ShouldContain("shape (2, 3)");
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<double[,]>(saved.Digest))).Message.ShouldContain("it holds f4");
        var cube = new byte[2, 1, 2] { { { 1, 2 } }, { { 3, 4 } } };
        var c = await _repository.SaveAsync(cube);
        (await _repository.LoadAsync<byte[,,]>(c.Digest)).ShouldBe(cube);
        var m = await _repository.SaveAsync(new Memory<short>([7, 8, 9], 1, 2));
        (await _repository.LoadAsync<ReadOnlyMemory<short>>(m.Digest)).ToArray().ShouldBe([8, 9]);
    }

    [Fact]
    public async Task Named_arrays_come_back_and_equal_ones_are_equal_bytes()
    {
        var arrays = new Dictionary<string, NdArray> { ["b"] = new NdArray<int>([1, 2], 2), ["a"] = new NdArray<double>([3], []) };
        var saved = await _repository.SaveAsync(arrays);
        (await _repository.SaveAsync(new Dictionary<string, NdArray>(arrays.Reverse()))).Digest.ShouldBe(saved.Digest);
        var back = await _repository.LoadAsync<Dictionary<string, NdArray>>(saved.Digest);
        back.Keys.Order().ShouldBe(["a", "b"]);
        ((NdArray<int>)back["b"]).Data.ShouldBe([1, 2]);
        back["a"].Shape.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_numpy_writes_is_read()
    {
        var python = await DebianTool.NumPyAsync();
        using var folder = new TempFolder();
        await DebianTool.RunAsync(
            python, "-c",
            """
            import sys, os, numpy as np
            from numpy.lib import format as f
            for code in ['b1','i1','i2','i4','i8','u1','u2','u4','u8','f2','f4','f8','c16']:
                for order in '<>':
                    for layout in 'CF':
                        for version in [(1,0),(2,0),(3,0)]:
                            a = np.arange(24).reshape(2,3,4) % 5
                            a = np.asarray(a.astype(np.dtype(code).newbyteorder(order)), order=layout)
                            with open(os.path.join(sys.argv[1], f'{code}-{"be" if order == ">" else "le"}-{layout}-{version[0]}.npy'), 'wb') as out:
                                f.write_array(out, a, version=version)
            np.savez(os.path.join(sys.argv[1], 'stored.npz'), x=np.arange(5.0), y=np.eye(2))
            np.savez_compressed(os.path.join(sys.argv[1], 'packed.npz'), x=np.arange(5.0), y=np.zeros((100,100)))
            """,
            folder.Path);
        var expected = Enumerable.Range(0, 24).Select(i => i % 5).ToArray();
        var files = Directory.GetFiles(folder.Path, "*.npy");
        files.Length.ShouldBe(13 * 2 * 2 * 3);
        foreach (var file in files)
        {
            await using var stream = File.OpenRead(file);
            var (header, length) = await NpyHeader.ReadAsync(stream, default);
            var array = await NpyElement.Of(header.Type).ReadAsync(header, stream.Length - length, stream, default);
            array.Shape.ShouldBe([2, 3, 4], file);
            Numbers(array).ShouldBe(header.Type == "b1" ? expected.Select(n => n == 0 ? 0 : 1) : expected, file);
        }
        foreach (var (name, size) in new[] { ("stored", 2), ("packed", 100) })
        {
            await _repository.SaveAsync<Stream>(File.OpenRead(folder[name + ".npz"]));
            var arrays = await LoadAsAsync<Dictionary<string, NdArray>>("npz", await File.ReadAllBytesAsync(folder[name + ".npz"]));
            Numbers(arrays["x"]).ShouldBe([0, 1, 2, 3, 4]);
            arrays["y"].Shape.ShouldBe([size, size]);
        }
    }

    [Fact]
    public async Task What_numpy_has_and_NET_has_not_is_a_clear_error()
    {
        var python = await DebianTool.NumPyAsync();
        using var folder = new TempFolder();
        await DebianTool.RunAsync(
            python, "-c",
            """
            import sys, os, numpy as np
            arrays = {
                'complex64': np.ones(2, 'c8'), 'longdouble': np.ones(2, 'g'), 'text': np.array(['ab', 'c']), 'bytes': np.array([b'ab']), 'time': np.array(['2024-01-01'], 'M8[D]'), 'span': np.ones(2, 'm8[s]'),
                'object': np.array([{}, None], dtype=object), 'record': np.zeros(2, [('a', '<i4'), ('b', '<f8')]), 'void': np.zeros(2, 'V3'),
            }
            for name, array in arrays.items():
                np.save(os.path.join(sys.argv[1], name + '.npy'), array, allow_pickle=True)
                np.savez(os.path.join(sys.argv[1], name + '.npz'), good=np.ones(2), bad=array)
            """,
            folder.Path);
        var files = Directory.GetFiles(folder.Path, "*.np?");
        files.Length.ShouldBe(18);
        foreach (var file in files)
        {
            var error = await Should.ThrowAsync<MaterializationException>(() => LoadAsAsync<object>(Path.GetExtension(file)[1..], File.ReadAllBytes(file)));
            error.Message.ShouldMatch("which .NET has no number for; known are b1, i1|structured types are not numbers", Path.GetFileName(file));
        }
    }

    [Fact]
    public async Task Named_arrays_of_every_type_order_and_layout_are_read()
    {
        var python = await DebianTool.NumPyAsync();
        using var folder = new TempFolder();
        await DebianTool.RunAsync(
            python, "-c",
            """
            import sys, os, numpy as np
            arrays = {}
            for code in ['b1','i1','i2','i4','i8','u1','u2','u4','u8','f2','f4','f8','c16']:
                for order in '<>':
                    for layout in 'CF':
                        a = (np.arange(24).reshape(2,3,4) % 2).astype(np.dtype(code).newbyteorder(order))
                        arrays[f'{code}-{"be" if order == ">" else "le"}-{layout}'] = np.asarray(a, order=layout)
            np.savez(os.path.join(sys.argv[1], 'stored.npz'), **arrays)
            np.savez_compressed(os.path.join(sys.argv[1], 'packed.npz'), **arrays)
            """,
            folder.Path);
        foreach (var name in new[] { "stored.npz", "packed.npz" })
        {
            var arrays = await LoadAsAsync<Dictionary<string, NdArray>>("npz", File.ReadAllBytes(folder[name]));
            arrays.Count.ShouldBe(13 * 2 * 2);
            foreach (var (array, values) in arrays)
            {
                values.Shape.ShouldBe([2, 3, 4], array);
                Numbers(values).ShouldBe(Enumerable.Range(0, 24).Select(i => i % 2), array);
            }
        }
    }

    [Fact]
    public async Task What_is_written_of_every_type_numpy_reads()
    {
        var python = await DebianTool.NumPyAsync();
        using var folder = new TempFolder();
        var arrays = new Dictionary<string, NdArray>
        {
            ["bool"] = new NdArray<bool>([true, false], 2, 1),
            ["int8"] = new NdArray<sbyte>([1, 0], 2, 1),
            ["int16"] = new NdArray<short>([1, 0], 2, 1),
            ["int32"] = new NdArray<int>([1, 0], 2, 1),
            ["int64"] = new NdArray<long>([1, 0], 2, 1),
            ["uint8"] = new NdArray<byte>([1, 0], 2, 1),
            ["uint16"] = new NdArray<ushort>([1, 0], 2, 1),
            ["uint32"] = new NdArray<uint>([1, 0], 2, 1),
            ["uint64"] = new NdArray<ulong>([1, 0], 2, 1),
            ["float16"] = new NdArray<Half>([(Half)1, (Half)0], 2, 1),
            ["float32"] = new NdArray<float>([1, 0], 2, 1),
            ["float64"] = new NdArray<double>([1, 0], 2, 1),
            ["complex128"] = new NdArray<Complex>([1, 0], 2, 1),
        };
        var saved = await _repository.SaveAsync(arrays);
        await using (var stream = await _repository.OpenFileAsync(saved.Digest))
        await using (var file = File.Create(folder["all.npz"]))
            await stream.CopyToAsync(file);
        var said = await DebianTool.RunAsync(
            python, "-c", "import sys, numpy as np; d = np.load(sys.argv[1]); print(sum(str(d[n].dtype) == n and d[n].shape == (2, 1) and d[n].tolist() == [[1], [0]] for n in d.files), len(d.files))", folder["all.npz"]);
        said.Trim().ShouldBe("13 13");
    }

    [Fact]
    public async Task What_is_written_numpy_reads()
    {
        var python = await DebianTool.NumPyAsync();
        using var folder = new TempFolder();
        await SaveAsync(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, "a.npy");
        await SaveAsync(new NdArray<Complex>([new(1, 2)], []), "b.npy");
        await SaveAsync(Enumerable.Range(0, 100_000).ToArray(), "c.npy");
        await SaveAsync(new Dictionary<string, NdArray> { ["x"] = new NdArray<Half>([(Half)0.5], 1), ["y"] = new NdArray<bool>([true, false], 2, 1) }, "d.npz");
        var said = await DebianTool.RunAsync(
            python, "-c",
            """
            import sys, os, numpy as np
            at = lambda n: os.path.join(sys.argv[1], n)
            a, b, c, d = np.load(at('a.npy')), np.load(at('b.npy')), np.load(at('c.npy')), np.load(at('d.npz'))
            print(a.dtype, a.tolist(), b.dtype, b.shape, b.item(), c.dtype, int(c.sum()), sorted(d.files), d['x'].dtype, d['x'].tolist(), d['y'].tolist())
            """,
            folder.Path);
        said.Trim().ShouldBe("float64 [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]] complex128 () (1+2j) int32 4999950000 ['x', 'y'] float16 [0.5] [[True], [False]]");

        async Task SaveAsync<T>(T value, string name)
            where T : notnull
        {
            var saved = await _repository.SaveAsync(value);
            await using var stream = await _repository.OpenFileAsync(saved.Digest);
            await using var file = File.Create(folder[name]);
            await stream.CopyToAsync(file);
        }
    }

    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", "not an array length")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (65536, 65536), }", "more elements")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,), }", "announces")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", "not an array length")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "which .NET has no number for")]
    [InlineData("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", "structured")]
    [InlineData("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,), }", "True or False")]
    [InlineData("{'descr': '<f8', 'shape': (1,), }", "lacks descr")]
    [InlineData("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", "second key")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } __import__('os')", "after its end")]
    [InlineData("", "'{'")]
    public async Task Headers_that_lie_are_refused(string text, string problem)
    {
        var error = await Should.ThrowAsync<MaterializationException>(() => LoadAsAsync<NdArray>("npy", Npy(text, 8)));
        error.Message.ShouldContain(problem);
    }

    [Fact]
    public async Task Fuzzed_headers_end_in_a_clear_error_or_an_array()
    {
        var random = new Random(3);
        var intact = Npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", 48);
        var rounds = Environment.GetEnvironmentVariable("CAIRN_FULL") is { Length: > 0 } ? 100_000 : 10_000;
        for (var i = 0; i < rounds; i++)
        {
            var bytes = (byte[])intact.Clone();
            for (var n = random.Next(1, 5); n > 0; n--)
                bytes[random.Next(80)] = (byte)random.Next(random.Next(2) == 0 ? 256 : 128);
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            using var stream = new MemoryStream(bytes);
            NdArray? read = null;
            try
            {
                var (header, length) = await NpyHeader.ReadAsync(stream, default);
                read = await NpyElement.Of(header.Type).ReadAsync(header, bytes.Length - length, stream, default);
            }
            catch (InvalidDataException e)
            {
                e.Message.ShouldNotBeNullOrEmpty();
            }
            if (read is not null)
                Numbers(read).Count().ShouldBeLessThanOrEqualTo(bytes.Length);
        }
    }

    /// <summary>An <c>.npy</c> file of zeros with any header.</summary>
    private static byte[] Npy(string header, int data)
    {
        var bytes = new byte[10 + header.Length + data];
        ((byte[])[0x93, .. "NUMPY"u8, 1, 0]).CopyTo(bytes, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)header.Length);
        Encoding.ASCII.GetBytes(header, bytes.AsSpan(10));
        return bytes;
    }

    private static IEnumerable<int> Numbers(NdArray array) => array switch
    {
        NdArray<bool> a => a.Data.Select(v => v ? 1 : 0),
        NdArray<sbyte> a => a.Data.Select(v => (int)v),
        NdArray<short> a => a.Data.Select(v => (int)v),
        NdArray<int> a => a.Data,
        NdArray<long> a => a.Data.Select(v => (int)v),
        NdArray<byte> a => a.Data.Select(v => (int)v),
        NdArray<ushort> a => a.Data.Select(v => (int)v),
        NdArray<uint> a => a.Data.Select(v => (int)v),
        NdArray<ulong> a => a.Data.Select(v => (int)v),
        NdArray<Half> a => a.Data.Select(v => (int)v),
        NdArray<float> a => a.Data.Select(v => (int)v),
        NdArray<double> a => a.Data.Select(v => (int)v),
        NdArray<Complex> a => a.Data.Select(v => (int)v.Real),
        _ => throw new ArgumentException(array.ToString(), nameof(array)),
    };

    /// <summary>Loads bytes as if a materializer had written them.</summary>
    private async Task<T> LoadAsAsync<T>(string id, byte[] content)
        where T : notnull
    {
        var manifest = new Cairn.Artifacts.ArtifactManifest
        {
            MaterializerId = id,
            FormatVersion = 1,
            Files = [new("f", "x/y", content.Length, Cairn.Artifacts.BlobDigest.Of(content).Checksum)],
        };
        var bytes = Cairn.Artifacts.ManifestWriter.Write(manifest);
        var digest = Cairn.Artifacts.BlobDigest.Of(bytes.Span);
        foreach (var blob in new[] { content, bytes.ToArray() })
            await _repository.Store.WriteBytesAsync($"blobs/sha256/{Cairn.Artifacts.BlobDigest.Of(blob).Hex}", blob, WriteMode.Replace);
        return await _repository.LoadAsync<T>(digest);
    }

    private async Task SameAsync<T>(T[] values)
    {
        var saved = await _repository.SaveAsync(values);
        saved.Manifest.MaterializerId.ShouldBe("npy");
        (await _repository.LoadAsync<T[]>(saved.Digest)).ShouldBe(values);
    }
}
