using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Providers.Local.Platform.Portable;

/// <summary>
/// Locks of directories between the processes of one user on one machine: files in the system's temporary folder, assigned by the path of the directory.
/// </summary>
internal static class PortableLock
{
    private const int Locks = 1024;

    private static readonly string Folder = Path.Join(Path.GetTempPath(), $"cairn-locks-{Environment.UserName}");

    /// <summary>Returns the number of the lock that a directory uses.</summary>
    public static int NumberOf(string real) => (int)(BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(real))) % Locks);

    /// <summary>Takes the lock of a directory; disposal releases it.</summary>
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
                // Another process holds it: wait.
            }
        }
    }

    /// <summary>EWOULDBLOCK on Linux and macOS; sharing and lock violation on Windows.</summary>
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}
