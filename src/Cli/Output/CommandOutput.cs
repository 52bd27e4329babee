using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cairn.Cli;

/// <summary>
/// Standard output of a command: lines for people, JSON Lines for programs, or bytes. It is buffered; on a terminal, each line appears immediately.
/// </summary>
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

    /// <summary>Gets a stream for bytes. Lines that are still buffered are written first.</summary>
    public Stream Stream { get; }

    /// <summary>Gets a writer for libraries that print text.</summary>
    public TextWriter Text { get; }

    /// <summary>
    /// Gets or sets whether lines that cannot be written are dropped: a command that changes something finishes its work even if its output has no reader.
    /// <see cref="Lost"/> then contains the error. Bytes (<see cref="Stream"/>) are never dropped.
    /// </summary>
    public bool GoesOn { get; set; }

    /// <summary>Gets the error that caused lines to be dropped, or null if all lines were written.</summary>
    public Exception? Lost { get; private set; }

    /// <summary>Gets whether standard output is a terminal.</summary>
    public bool IsTerminal { get; } = !Console.IsOutputRedirected;

    private Stream Raw { get; }

    /// <summary>Prints a line. On a terminal, control characters are escaped.</summary>
    public void Line(string text)
    {
        if (IsTerminal)
            text = TerminalText.Escape(text);
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

    /// <summary>Writes all buffered data to standard output.</summary>
    /// <exception cref="ClosedPipeException">The reader has closed standard output.</exception>
    /// <exception cref="OutputException">Standard output cannot be written.</exception>
    public void Flush()
    {
        if (_buffer.WrittenCount == 0)
            return;
        try
        {
            if (Lost is null)
                Raw.Write(_buffer.WrittenSpan);
        }
        catch (Exception e) when (FailureOf(e) is { } failure)
        {
            Lost = failure;
            if (!GoesOn)
                throw failure;
        }
        finally
        {
            _buffer.ResetWrittenCount();
        }
    }

    /// <summary>Writes all buffered data if possible. Called before an error message is printed.</summary>
    public void TryFlush()
    {
        try
        {
            Flush();
        }
        catch (Exception e) when (e is ClosedPipeException or OutputException)
        {
            // The error that is about to be reported occurred first.
        }
    }

    /// <summary>Returns the exception for a failed write, or null if the failure has another cause.</summary>
    private static Exception? FailureOf(Exception exception) => exception switch
    {
        IOException e when IsClosedPipe(e) => new ClosedPipeException(e),
        IOException or UnauthorizedAccessException => new OutputException(exception),
        _ => null,
    };

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

    /// <summary>Writes bytes directly, after the lines that are still buffered.</summary>
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
            catch (Exception e) when (FailureOf(e) is { } failure)
            {
                throw failure;
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            owner.Flush();
            try
            {
                await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (FailureOf(e) is { } failure)
            {
                throw failure;
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
