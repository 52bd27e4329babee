using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Cli;

/// <summary>Standard output as a stream that says when nobody reads any more, and standard error.</summary>
internal static partial class StandardOutput
{
    private const int Output = 1, Error = 2, GetDescriptorFlags = 1, CloseOnExec = 1;

    /// <summary>
    /// The console's own stream ignores a closed pipe, so that a listing would go on to its end for nobody. A pipe is therefore written as a file; a regular file is not,
    /// because a file stream keeps its own position, and what the shell writes to the same file before and after would be overwritten.
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

    /// <summary>Standard error; where it is closed, what would be written to it is lost.</summary>
    public static TextWriter OpenError() => OperatingSystem.IsWindows() || IsInherited(Error) ? Console.Error : TextWriter.Null;

    /// <summary>
    /// Whether a descriptor came with the process. Where the shell has closed it, the runtime may have opened another file under its number, which must not be written: that is closed on exec, and what is
    /// inherited is not.
    /// </summary>
    private static bool IsInherited(int descriptor) => FControl(descriptor, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FControl(int descriptor, int command);

    /// <summary>Refuses every write, as a closed descriptor does.</summary>
    private sealed class ClosedStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw Closed();

        public override void Write(ReadOnlySpan<byte> buffer) => throw Closed();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromException(Closed());

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromException(Closed());

        private static IOException Closed() => new("it is closed");
    }
}

/// <summary>The reader of standard output has closed it: a command that only reads then ends with success.</summary>
internal sealed class ClosedPipeException(Exception innerException) : Exception("Standard output is closed.", innerException);

/// <summary>Standard output cannot be written: the disk is full, or it is closed.</summary>
internal sealed class OutputException(Exception innerException)
    : Exception($"Cannot write to standard output: {innerException.Message.TrimEnd('.')}.", innerException);
