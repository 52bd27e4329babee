using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Cairn.Bench.Artifacts;

/// <summary>What one would write by hand against the system: the same durability, the same digests, hashing while writing or reading.</summary>
internal static partial class Raw
{
    private const int Chunk = 1 << 20;

    public static string Hash(double[] array)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = 0; at < array.Length; at += Chunk / 8)
            hash.AppendData(MemoryMarshal.AsBytes(array.AsSpan(at, Math.Min(Chunk / 8, array.Length - at))));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>One thread hashes the array while another writes it; then the file is flushed and renamed, and the directory flushed.</summary>
    public static void Save(double[] array, string folder, string name)
    {
        var hashing = Task.Factory.StartNew(() => Hash(array), TaskCreationOptions.LongRunning);
        var temp = Path.Join(folder, "." + name + ".tmp");
        using (var handle = File.OpenHandle(temp, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, (long)array.Length * 8))
        {
            for (var at = 0; at < array.Length; at += Chunk / 8)
                RandomAccess.Write(handle, MemoryMarshal.AsBytes(array.AsSpan(at, Math.Min(Chunk / 8, array.Length - at))), (long)at * 8);
            RandomAccess.FlushToDisk(handle);
        }
        hashing.Wait();
        File.Move(temp, Path.Join(folder, name), overwrite: true);
        FlushDirectory(folder);
    }

    /// <summary>Reads into an array, each piece hashed by another thread while the next one is read.</summary>
    public static (double[] Array, string Hash) Load(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        var array = GC.AllocateUninitializedArray<double>((int)(RandomAccess.GetLength(handle) / 8));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var hashing = Task.CompletedTask;
        for (var at = 0; at < array.Length; at += Chunk / 8)
        {
            var (from, count) = (at, Math.Min(Chunk / 8, array.Length - at));
            for (var done = 0; done < count * 8;)
                done += RandomAccess.Read(handle, MemoryMarshal.AsBytes(array.AsSpan(from, count))[done..], ((long)from * 8) + done);
            hashing.Wait();
            hashing = Task.Run(() => hash.AppendData(MemoryMarshal.AsBytes(array.AsSpan(from, count))));
        }
        hashing.Wait();
        return (array, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    public static void WriteSmall(string folder, string name, ReadOnlySpan<byte> content)
    {
        var temp = Path.Join(folder, "." + name + ".tmp");
        using (var handle = File.OpenHandle(temp, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, content.Length))
        {
            RandomAccess.Write(handle, content, 0);
            RandomAccess.FlushToDisk(handle);
        }
        File.Move(temp, Path.Join(folder, name), overwrite: true);
        FlushDirectory(folder);
    }

    /// <summary>The bytes that this process has sent to the device so far.</summary>
    public static long Written() => long.Parse(File.ReadLines("/proc/self/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal))[13..]);

    /// <summary>The most memory that this process has held so far, in bytes.</summary>
    public static long Peak() => 1024 * long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]);

    private static void FlushDirectory(string folder)
    {
        var fd = Open(folder, 0);
        if (fd < 0 || Fsync(fd) != 0)
            throw new IOException($"Cannot flush {folder}: error {Marshal.GetLastPInvokeError()}.");
        _ = Close(fd);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int fd);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
