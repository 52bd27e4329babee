using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Cairn.Bench.Local;

/// <summary>What one would write by hand against the system, with the same durability as the local store.</summary>
internal static partial class Raw
{
    public const int Chunk = 1 << 20;

    public static void WriteBig(string folder, string name, ReadOnlySpan<byte> chunk, long length)
    {
        var temp = Path.Join(folder, "." + name + ".tmp");
        using (var handle = File.OpenHandle(temp, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, length))
        {
            for (long at = 0; at < length; at += chunk.Length)
                RandomAccess.Write(handle, chunk, at);
            RandomAccess.FlushToDisk(handle);
        }
        File.Move(temp, Path.Join(folder, name), overwrite: true);
        FlushDirectory(folder);
    }

    public static long ReadBig(string file, byte[] buffer)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        long at = 0;
        for (int n; (n = RandomAccess.Read(handle, buffer, at)) > 0;)
            at += n;
        return at;
    }

    public static string Hash(byte[] chunk, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; at < length; at += chunk.Length)
            hash.AppendData(chunk);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static string HashAndWrite(string folder, string name, byte[] chunk, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var temp = Path.Join(folder, "." + name + ".tmp");
        using (var handle = File.OpenHandle(temp, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, length))
        {
            for (long at = 0; at < length; at += chunk.Length)
            {
                hash.AppendData(chunk);
                RandomAccess.Write(handle, chunk, at);
            }
            RandomAccess.FlushToDisk(handle);
        }
        File.Move(temp, Path.Join(folder, name), overwrite: true);
        FlushDirectory(folder);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static void WriteSmall(string folder, int count, int threads, byte[] content)
    {
        var next = -1;
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                var temp = Path.Join(folder, $".{i}.tmp");
                using (var handle = File.OpenHandle(temp, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, content.Length))
                {
                    RandomAccess.Write(handle, content, 0);
                    RandomAccess.FlushToDisk(handle);
                }
                File.Move(temp, Path.Join(folder, $"{i}"), overwrite: true);
                FlushDirectory(folder);
            }
        })).ToList();
        workers.ForEach(w => w.Start());
        workers.ForEach(w => w.Join());
    }

    public static (long Count, long Bytes) List(string folder)
    {
        long count = 0, bytes = 0, ticks = 0;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            count++;
            bytes += file.Length;
            ticks ^= file.LastWriteTimeUtc.Ticks;
        }
        GC.KeepAlive(ticks);
        return (count, bytes);
    }

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
