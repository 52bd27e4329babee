using System.Runtime.InteropServices;
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

    /// <summary>Opens standard error. If it is closed, output to it is discarded.</summary>
    public static TextWriter OpenError() => OperatingSystem.IsWindows() || IsInherited(Error) ? Console.Error : TextWriter.Null;

    /// <summary>
    /// Returns true if a descriptor was inherited from the parent process. If the shell has closed it, the runtime may have opened another file under the
    /// same number, which must not be written. Such a file is closed on exec; an inherited descriptor is not.
    /// </summary>
    private static bool IsInherited(int descriptor) => FControl(descriptor, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FControl(int descriptor, int command);

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
