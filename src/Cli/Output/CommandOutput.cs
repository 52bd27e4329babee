using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cairn.Cli;

/// <summary>What a command prints on standard output: lines for people, JSON Lines for programs, or bytes. Buffered; a terminal sees each line at once.</summary>
internal sealed class CommandOutput
{
    private const int BufferSize = 32 << 10;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 10);
    private Utf8JsonWriter? _json;

    public CommandOutput(Stream stream)
    {
        Stream = new GuardedStream(stream, this);
        Text = new StreamWriter(Stream, new UTF8Encoding(false), 256) { AutoFlush = true, NewLine = "\n" };
        Raw = stream;
    }

    /// <summary>For bytes; what was printed before goes out first.</summary>
    public Stream Stream { get; }

    /// <summary>For what writes text by itself.</summary>
    public TextWriter Text { get; }

    /// <summary>Whether a person reads it.</summary>
    public bool IsTerminal { get; } = !Console.IsOutputRedirected;

    private Stream Raw { get; }

    /// <summary>Prints a line. On a terminal, control characters of names are shown as <c>?</c>.</summary>
    public void Line(string text)
    {
        if (IsTerminal)
            text = Harmless(text);
        Encoding.UTF8.GetBytes(text, _buffer);
        EndLine();
    }

    /// <summary>Prints one JSON object as a line.</summary>
    public void Json(Action<Utf8JsonWriter> writeMembers)
    {
        if (_json is null)
            _json = new(_buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        else
            _json.Reset(_buffer);
        _json.WriteStartObject();
        writeMembers(_json);
        _json.WriteEndObject();
        _json.Flush();
        EndLine();
    }

    /// <summary>Hands everything on.</summary>
    /// <exception cref="ClosedPipeException">Nobody reads any more.</exception>
    public void Flush()
    {
        if (_buffer.WrittenCount == 0)
            return;
        Guard(() => Raw.Write(_buffer.WrittenSpan));
        _buffer.ResetWrittenCount();
    }

    /// <summary>Hands everything on where somebody still reads: what an error message follows.</summary>
    public void TryFlush()
    {
        try
        {
            Flush();
        }
        catch (ClosedPipeException)
        {
            _buffer.ResetWrittenCount();
        }
    }

    private static string Harmless(string text) =>
        text.Any(c => char.IsControl(c) && c != '\t') ? string.Concat(text.Select(c => char.IsControl(c) && c != '\t' ? '?' : c)) : text;

    private static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw IsClosedPipe(e) ? new ClosedPipeException(e) : e;
        }
    }

    private static bool IsClosedPipe(IOException exception)
    {
        const int Unix = 32, Windows = unchecked((int)0x8007006D), WindowsNoData = unchecked((int)0x800700E8);
        return exception.HResult is Unix or Windows or WindowsNoData;
    }

    private void EndLine()
    {
        _buffer.Write("\n"u8);
        if (IsTerminal || _buffer.WrittenCount >= BufferSize)
            Flush();
    }

    /// <summary>Writes bytes through, after the lines that are still buffered.</summary>
    private sealed class GuardedStream(Stream inner, CommandOutput owner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            owner.Flush();
            try
            {
                inner.Write(buffer);
            }
            catch (IOException e) when (IsClosedPipe(e))
            {
                throw new ClosedPipeException(e);
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            owner.Flush();
            try
            {
                await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e) when (IsClosedPipe(e))
            {
                throw new ClosedPipeException(e);
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
