using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Providers.Gcs;

/// <summary>The bodies of requests.</summary>
internal static class GcsBodies
{
    public static Func<Action, HttpContent> Json<T>(T value, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        return progress => new BytesContent("application/json; charset=UTF-8", [bytes], progress);
    }

    public static Func<Action, HttpContent> Bytes(string? contentType, ReadOnlyMemory<byte> data) => progress => new BytesContent(contentType, [data], progress);

    /// <summary>Metadata and content in one body.</summary>
    public static Func<Action, HttpContent> Related(GcsResource metadata, ReadOnlyMemory<byte> media)
    {
        // Anything that the content does not hold would do; what is random, it does not hold.
        var boundary = "cairn-" + Guid.NewGuid().ToString("N");
        var json = JsonSerializer.Serialize(metadata, GcsJson.Default.GcsResource);
        var mediaType = metadata.ContentType is null ? "" : $"Content-Type: {metadata.ContentType}\r\n";
        var head = Encoding.UTF8.GetBytes($"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json}\r\n--{boundary}\r\n{mediaType}\r\n");
        var tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        return progress => new BytesContent($"multipart/related; boundary={boundary}", [head, media, tail], progress);
    }

    /// <summary>Runs of memory, one after the other, without a copy; tells of each piece that has left.</summary>
    private sealed class BytesContent : HttpContent
    {
        private const int Piece = 256 << 10;

        private readonly ReadOnlyMemory<byte>[] _runs;
        private readonly Action _progress;
        private readonly long _length;

        public BytesContent(string? contentType, ReadOnlyMemory<byte>[] runs, Action progress)
        {
            (_runs, _progress) = (runs, progress);
            if (contentType is not null)
                Headers.TryAddWithoutValidation("Content-Type", contentType);
            foreach (var run in runs)
                _length += run.Length;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            foreach (var run in _runs)
            {
                for (var rest = run; !rest.IsEmpty;)
                {
                    var length = Math.Min(Piece, rest.Length);
                    await stream.WriteAsync(rest[..length], cancellationToken).ConfigureAwait(false);
                    _progress();
                    rest = rest[length..];
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }
}
