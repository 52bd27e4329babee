using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Bench.Gcs;

/// <summary>The least code that moves a file with HttpClient: parallel parts and a compose up, parallel ranges down; no retry, no checksum, no condition.</summary>
internal sealed class Raw(string endpoint, string bucket) : IDisposable
{
    public const int Part = 16 << 20;
    public const int Parallelism = 8;

    private readonly HttpClient _http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, MaxConnectionsPerServer = 64 }) { BaseAddress = new(endpoint) };

    public async Task UploadAsync(string file, string name)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.Asynchronous);
        var parts = (int)((RandomAccess.GetLength(handle) + Part - 1) / Part);
        await Parallel.ForAsync(0, parts, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (i, _) =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(Part);
            var length = await FillAsync(handle, buffer.AsMemory(0, Part), (long)i * Part);
            using var content = new ByteArrayContent(buffer, 0, length);
            using var answer = await _http.PostAsync($"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}-{i:D4}", content, CancellationToken.None);
            answer.EnsureSuccessStatusCode();
            ArrayPool<byte>.Shared.Return(buffer);
        });
        var groups = Enumerable.Range(0, parts).Chunk(32).ToArray();
        for (var g = 0; g < groups.Length; g++)
            await ComposeAsync($"{name}-c{g}", groups[g].Select(i => $"{name}-{i:D4}"));
        await ComposeAsync(name, Enumerable.Range(0, groups.Length).Select(g => $"{name}-c{g}"));
        foreach (var part in Enumerable.Range(0, parts).Select(i => $"{name}-{i:D4}").Concat(Enumerable.Range(0, groups.Length).Select(g => $"{name}-c{g}")))
            (await _http.DeleteAsync($"/storage/v1/b/{bucket}/o/{part}")).Dispose();
    }

    /// <summary>One request for the whole file.</summary>
    public async Task UploadInOneAsync(string file, string name)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, useAsync: true);
        using var content = new StreamContent(stream, 1 << 20);
        content.Headers.ContentLength = stream.Length;
        using var answer = await _http.PostAsync($"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}", content);
        answer.EnsureSuccessStatusCode();
    }

    public async Task DownloadAsync(string name, string file, long length)
    {
        using var handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.Asynchronous, length);
        await Parallel.ForAsync(0, (length + Part - 1) / Part, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (i, _) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/storage/v1/b/{bucket}/o/{name}?alt=media");
            request.Headers.Range = new RangeHeaderValue(i * Part, Math.Min(length, (i + 1) * Part) - 1);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
            await using var body = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(CancellationToken.None);
            var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
            long at = i * Part;
            for (int count; (count = await body.ReadAsync(buffer, CancellationToken.None)) > 0; at += count)
                await RandomAccess.WriteAsync(handle, buffer.AsMemory(0, count), at, CancellationToken.None);
            ArrayPool<byte>.Shared.Return(buffer);
        });
    }

    public async Task<int> ListAsync()
    {
        var (count, token) = (0, "");
        do
        {
            using var page = System.Text.Json.JsonDocument.Parse(await _http.GetByteArrayAsync(
                $"/storage/v1/b/{bucket}/o?fields=items(name,size,generation,updated,contentType,crc32c),nextPageToken&pageToken={token}"));
            count += page.RootElement.GetProperty("items").GetArrayLength();
            token = page.RootElement.TryGetProperty("nextPageToken", out var next) ? next.GetString()! : "";
        }
        while (token.Length > 0);
        return count;
    }

    public async Task PutAsync(string name, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        using var answer = await _http.PostAsync($"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}", body);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<int> GetAsync(string name) => (await _http.GetByteArrayAsync($"/storage/v1/b/{bucket}/o/{name}?alt=media")).Length;

    public void Dispose() => _http.Dispose();

    private async Task ComposeAsync(string name, IEnumerable<string> parts)
    {
        var sources = string.Join(',', parts.Select(p => string.Create(CultureInfo.InvariantCulture, $"{{\"name\":\"{p}\"}}")));
        using var body = new StringContent($"{{\"sourceObjects\":[{sources}]}}", Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync($"/storage/v1/b/{bucket}/o/{name}/compose", body);
        answer.EnsureSuccessStatusCode();
    }

    private static async ValueTask<int> FillAsync(SafeFileHandle handle, Memory<byte> buffer, long at)
    {
        var filled = 0;
        for (int count; filled < buffer.Length && (count = await RandomAccess.ReadAsync(handle, buffer[filled..], at + filled)) > 0;)
            filled += count;
        return filled;
    }
}
