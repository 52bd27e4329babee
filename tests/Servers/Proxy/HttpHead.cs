using System.Globalization;
using System.Text;

namespace Cairn.TestServers.Proxy;

/// <summary>The head of an HTTP/1.1 message: its bytes as they came, and the few fields that framing needs.</summary>
internal sealed class HttpHead
{
    private readonly string[] _lines;

    private HttpHead(byte[] bytes)
    {
        Bytes = bytes;
        _lines = Encoding.Latin1.GetString(bytes).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        FirstLine = _lines.Length > 0 ? _lines[0].Split(' ', 3) : [];
        if (FirstLine.Length < 2) throw new InvalidDataException("The peer does not speak HTTP/1.1.");
    }

    public byte[] Bytes { get; }
    public string[] FirstLine { get; }
    public string Method => FirstLine[0];
    public string Target => FirstLine[1];
    public int Status => int.TryParse(FirstLine[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status)
        ? status : throw new InvalidDataException("The server's status line has no number.");

    /// <summary>Reads up to the empty line; null when the peer closed before the first byte. What follows stays in the buffer.</summary>
    public static async Task<HttpHead?> ReadAsync(BufferedSocket socket, CancellationToken cancellationToken)
    {
        int scanned = 0;
        while (true)
        {
            int end = socket.Buffered.Span[Math.Max(0, scanned - 3)..].IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                int length = Math.Max(0, scanned - 3) + end + 4;
                byte[] head = socket.Buffered[..length].ToArray();
                socket.Consume(length);
                return new HttpHead(head);
            }
            scanned = socket.Buffered.Length;
            if (scanned > 64 * 1024) throw new InvalidDataException("The head of a message is larger than 64 KiB.");
            if (await socket.FillAsync(cancellationToken) > 0) continue;
            return scanned == 0 ? null : throw new EndOfStreamException("The connection ended in the head of a message.");
        }
    }

    public string? Field(string name)
    {
        foreach (string line in _lines.AsSpan(1))
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase)) return line[(name.Length + 1)..].Trim();
        return null;
    }

    public bool ClosesAfter => (Field("Connection") ?? "").Contains("close", StringComparison.OrdinalIgnoreCase) || FirstLine[0] == "HTTP/1.0" || FirstLine[^1] == "HTTP/1.0";

    public BodyFramer RequestBody() => Chunked ? BodyFramer.Chunked() : BodyFramer.Of(Length ?? 0);

    public BodyFramer ResponseBody(string method) =>
        method == "HEAD" || Status is 204 or 304 or < 200 ? BodyFramer.Of(0) : Chunked ? BodyFramer.Chunked() : Length is { } length ? BodyFramer.Of(length) : BodyFramer.UntilClose();

    /// <summary>The same head with another Content-Length.</summary>
    public byte[] WithLength(long length) =>
        Encoding.Latin1.GetBytes(string.Join("\r\n", _lines.Select(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) ? $"Content-Length: {length}" : l)) + "\r\n\r\n");

    private bool Chunked => (Field("Transfer-Encoding") ?? "").Contains("chunked", StringComparison.OrdinalIgnoreCase);
    private long? Length => Field("Content-Length") is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : null;
}
