using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Cli;

/// <summary>Standard output as a stream that reports a closed pipe, and standard error.</summary>
internal static partial class StandardOutput
{
    private const int Output = 1, Error = 2, GetDescriptorFlags = 1, CloseOnExec = 1;

    /// <summary>
    /// Opens standard output. The console's own stream ignores a closed pipe, so a listing would continue although nothing reads it. A pipe is therefore
    /// written through a file stream. A regular file is not, because a file stream tracks its own position and would overwrite output that other processes
    /// append to the same file.
    /// </summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();
        if (!IsInherited(Output))
            return new ClosedStream();
        var stream = new FileStream(new SafeFileHandle(Output, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!stream.CanSeek)
            return stream;
        stream.Dispose();
        return Console.OpenStandardOutput();
    }

    /// <summary>Returns standard error, which is opened by the first output to it. If it is closed, output to it is discarded.</summary>
    public static TextWriter OpenError() => OperatingSystem.IsWindows() || IsInherited(Error) ? new ErrorWriter() : TextWriter.Null;

    /// <summary>
    /// Returns true if a descriptor was inherited from the parent process. If the shell has closed it, the runtime may have opened another file under the
    /// same number, which must not be written. Such a file is closed on exec; an inherited descriptor is not.
    /// </summary>
    private static bool IsInherited(int descriptor) => FControl(descriptor, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FControl(int descriptor, int command);

    /// <summary>The console's error output: its initialization takes milliseconds, which a command without a message saves.</summary>
    private sealed class ErrorWriter : TextWriter
    {
        public override Encoding Encoding => Console.Error.Encoding;

        public override void Write(char value) => Console.Error.Write(value);

        public override void Write(char[] buffer, int index, int count) => Console.Error.Write(buffer, index, count);

        public override void Write(ReadOnlySpan<char> buffer) => Console.Error.Write(buffer);

        public override void Write(string? value) => Console.Error.Write(value);

        public override void WriteLine() => Console.Error.WriteLine();

        public override void WriteLine(string? value) => Console.Error.WriteLine(value);

        public override void Flush() => Console.Error.Flush();
    }

    /// <summary>Rejects every write, as a closed descriptor does.</summary>
    private sealed class ClosedStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw Closed();

        public override void Write(ReadOnlySpan<byte> buffer) => throw Closed();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromException(Closed());

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromException(Closed());

        private static IOException Closed() => new("standard output is closed");
    }
}

/// <summary>The exception that is thrown if the reader has closed standard output. A command that only reads then succeeds.</summary>
internal sealed class ClosedPipeException(Exception innerException) : Exception("Standard output is closed.", innerException);

/// <summary>The exception that is thrown if standard output cannot be written, because the disk is full or the descriptor is closed.</summary>
internal sealed class OutputException(Exception innerException)
    : Exception($"Cannot write to standard output: {innerException.Message.TrimEnd('.')}.", innerException);
