using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Providers.Local.Platform.Portable;

/// <summary>Locks of directories between the processes of one user on one machine: files of the system's temporary folder, shared out by the directory's path.</summary>
internal static class PortableLock
{
    private const int Locks = 1024;

    private static readonly string Folder = Path.Join(Path.GetTempPath(), $"cairn-locks-{Environment.UserName}");

    /// <summary>Which of the locks a directory uses.</summary>
    public static int NumberOf(string real) => (int)(BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(real))) % Locks);

    /// <summary>Takes a directory's lock; disposing gives it back.</summary>
    public static IDisposable Take(string real, CancellationToken cancellationToken)
    {
        var file = Path.Join(Folder, $"{NumberOf(real):x3}");
        for (var wait = new LockWait(cancellationToken); ; wait.Once())
        {
            Directory.CreateDirectory(Folder);
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException e) when (IsHeld(e))
            {
                // Another holds it: wait.
            }
        }
    }

    /// <summary>EWOULDBLOCK of Linux and macOS, sharing and lock violation of Windows.</summary>
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}
