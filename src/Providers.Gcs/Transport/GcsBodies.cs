using System.Net;
using System.Text;

namespace Cairn.Providers.Gcs;

/// <summary>The body of an upload: blocks of memory that are sent sequentially without a copy, with a report of each piece sent.</summary>
internal sealed class GcsBodies : HttpContent
{
    private const int Piece = 256 << 10;

    private readonly ReadOnlyMemory<byte>[] _runs;
    private readonly Action _progress;
    private readonly long _length;

    private GcsBodies(string? contentType, ReadOnlyMemory<byte>[] runs, Action progress)
    {
        (_runs, _progress) = (runs, progress);
        if (contentType is not null)
            Headers.TryAddWithoutValidation("Content-Type", contentType);
        foreach (var run in runs)
            _length += run.Length;
    }

    public static GcsBodies Bytes(ReadOnlyMemory<byte> data, Action progress) => new(null, [data], progress);

    public static GcsBodies Json(string json, Action progress) => new("application/json; charset=UTF-8", [Encoding.UTF8.GetBytes(json)], progress);

    /// <summary>Creates a body with the resource and the content of an object; each part has a type, as the service requires.</summary>
    public static GcsBodies Related(string resource, string mediaType, ReadOnlyMemory<byte> media, Action progress)
    {
        // Must not occur in the content; a random text does not.
        var boundary = "cairn-" + Guid.NewGuid().ToString("N");
        var head = Encoding.UTF8.GetBytes($"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{resource}\r\n--{boundary}\r\nContent-Type: {mediaType}\r\n\r\n");
        return new($"multipart/related; boundary={boundary}", [head, media, Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n")], progress);
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
