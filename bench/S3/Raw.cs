using Amazon.S3;
using Amazon.S3.Model;

namespace Cairn.Bench.S3;

/// <summary>What a demanding user would write over the bare SDK: the best loops known here.</summary>
internal static class Raw
{
    public const int Part = 16 << 20;
    public const int Ways = 8;

    private static readonly ParallelOptions _manyWays = new() { MaxDegreeOfParallelism = 32 };

    /// <summary>Parts straight from a file, in parallel; no checksum beyond the signature's.</summary>
    public static async Task UploadAsync(AmazonS3Client client, string bucket, string key, string file)
    {
        var id = (await client.InitiateMultipartUploadAsync(bucket, key)).UploadId;
        var length = new FileInfo(file).Length;
        var tags = new PartETag[(length + Part - 1) / Part];
        await Parallel.ForAsync(0, tags.Length, new ParallelOptions { MaxDegreeOfParallelism = Ways }, async (i, token) =>
        {
            var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(Part);
            var size = (int)Math.Min(Part, length - (long)i * Part);
            using (var handle = File.OpenHandle(file, options: FileOptions.Asynchronous))
                await RandomAccess.ReadAsync(handle, buffer.AsMemory(0, size), (long)i * Part, token);
            using var body = new MemoryStream(buffer, 0, size);
            var part = await client.UploadPartAsync(new() { BucketName = bucket, Key = key, UploadId = id, PartNumber = i + 1, InputStream = body, PartSize = size }, token);
            tags[i] = new(i + 1, part.ETag);
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        });
        await client.CompleteMultipartUploadAsync(new() { BucketName = bucket, Key = key, UploadId = id, PartETags = [.. tags] });
    }

    /// <summary>Ranges in parallel into a file; nothing is checked.</summary>
    public static async Task DownloadAsync(AmazonS3Client client, string bucket, string key, string file, long length)
    {
        using var handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.Asynchronous, length);
        await Parallel.ForAsync(0, (length + Part - 1) / Part, new ParallelOptions { MaxDegreeOfParallelism = Ways }, async (i, token) =>
        {
            using var response = await client.GetObjectAsync(new() { BucketName = bucket, Key = key, ByteRange = new(i * Part, Math.Min(length, (i + 1) * Part) - 1) }, token);
            var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(256 << 10);
            var at = i * Part;
            for (int n; (n = await response.ResponseStream.ReadAsync(buffer, token)) > 0; at += n)
                await RandomAccess.WriteAsync(handle, buffer.AsMemory(0, n), at, token);
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        });
    }

    /// <summary>One request for each file, 32 at once.</summary>
    public static Task UploadManyAsync(AmazonS3Client client, string bucket, string folder, int files) =>
        Parallel.ForAsync(0, files, _manyWays, async (i, token) =>
        {
            using var body = new MemoryStream(await File.ReadAllBytesAsync(Path.Join(folder, $"{i:d5}"), token));
            await client.PutObjectAsync(new() { BucketName = bucket, Key = $"raw/{i:d5}", InputStream = body, UseChunkEncoding = false }, token);
        });

    /// <summary>One request for each file, 32 at once. A file appears whole or not at all, as Cairn's do.</summary>
    public static Task DownloadManyAsync(AmazonS3Client client, string bucket, string folder, int files) =>
        Parallel.ForAsync(0, files, _manyWays, async (i, token) =>
        {
            using var response = await client.GetObjectAsync(bucket, $"raw/{i:d5}", token);
            var temporary = Path.Join(folder, $".{i:d5}.tmp");
            await using (var file = File.Create(temporary))
                await response.ResponseStream.CopyToAsync(file, token);
            File.Move(temporary, Path.Join(folder, $"{i:d5}"), overwrite: true);
        });
}
