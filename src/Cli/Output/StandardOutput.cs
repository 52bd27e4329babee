using Microsoft.Win32.SafeHandles;

namespace Cairn.Cli;

/// <summary>Standard output as a stream that says when nobody reads any more.</summary>
internal static class StandardOutput
{
    /// <summary>
    /// The console's own stream ignores a closed pipe, so that a listing would go on to its end for nobody. A pipe is therefore written as a file; a regular file is not,
    /// because a file stream keeps its own position, and what the shell writes to the same file before and after would be overwritten.
    /// </summary>
    public static Stream Open()
    {
        if (!OperatingSystem.IsWindows())
        {
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!stream.CanSeek)
                return stream;
            stream.Dispose();
        }
        return Console.OpenStandardOutput();
    }
}

/// <summary>Nobody reads standard output any more: the command ends, and that is no failure.</summary>
internal sealed class ClosedPipeException(Exception innerException) : Exception("Standard output is closed.", innerException);
