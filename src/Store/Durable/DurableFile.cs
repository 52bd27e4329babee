namespace Cairn.Durable;

/// <summary>
/// A small file that is read completely, changed under a lock between processes, and replaced atomically: after a crash, it has either the old or the new
/// content.
/// </summary>
/// <param name="path">The full path of the file.</param>
/// <param name="lockPath">The lock file. It is not removed, because a third process could then lock another file of the same name.</param>
/// <param name="time">The clock.</param>
/// <param name="disk">The disk. Default: the disk of this machine.</param>
public sealed class DurableFile(string path, string lockPath, TimeProvider time, DurableDisk? disk = null)
{
    private const string TempSuffix = ".tmp";
    private const int ReadOnlyFileSystem = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly DurableDisk _disk = disk ?? DurableDisk.Local;

    private string Folder => Path.GetDirectoryName(path)!;

    /// <summary>Creates the folder of the file durably.</summary>
    public void MakeFolder() => _disk.MakeFolders(Folder);

    /// <summary>Takes the lock, waiting while another process holds it.</summary>
    /// <exception cref="StoreException">PermissionDenied: the folder is not writable. Unavailable: another process has held the lock for half a
    /// minute.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (time.GetElapsedTime(start) > Patience)
                    throw new StoreException(StoreErrorCode.Unavailable, $"another process has held {lockPath} for {Patience.TotalSeconds} seconds", e);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 25)), time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException and not DirectoryNotFoundException)
            {
                throw CannotWrite(e);
            }
        }
    }

    /// <summary>Replaces the content. The caller holds the lock.</summary>
    /// <exception cref="StoreException">The file could not be written; its old content is kept.</exception>
    public void Replace(ReadOnlySpan<byte> content)
    {
        var temp = $"{path}.{Guid.NewGuid():N}{TempSuffix}";
        try
        {
            foreach (var abandoned in Directory.EnumerateFiles(Folder, $"{Path.GetFileName(path)}.*{TempSuffix}"))
                File.Delete(abandoned);
            try
            {
                _disk.Create(temp, content);
                _disk.Flush(temp);
                _disk.Replace(path, temp);
            }
            catch
            {
                File.Delete(temp);
                throw;
            }
            _disk.FlushFolder(Folder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw CannotWrite(e);
        }
    }

    /// <summary>EWOULDBLOCK on Linux and macOS; sharing and lock violation on Windows.</summary>
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);

    private StoreException CannotWrite(Exception e) => new(
        e is UnauthorizedAccessException || e.HResult == ReadOnlyFileSystem ? StoreErrorCode.PermissionDenied : StoreErrorCode.Unavailable,
        $"{path} cannot be written: {e.Message.TrimEnd('.')}",
        e);
}
