using System.Text.Json;

namespace Cairn;

/// <summary><c>workspace.json</c> on disk: read whole, changed under a lock between processes, replaced by a rename.</summary>
internal sealed class WorkspaceFile(string folder, TimeProvider time)
{
    private const string Name = "workspace.json";
    private const string TempSuffix = ".tmp";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string FullName { get; } = Path.Join(folder, Name);

    public static bool IsIn(string folder) => File.Exists(Path.Join(folder, Name));

    public WorkspaceDocument Read()
    {
        try
        {
            return WorkspaceDocument.Read(File.ReadAllBytes(FullName));
        }
        catch (NewerVersionException e)
        {
            throw new ArtifactStoreException(
                new StoreFault(StoreErrorCode.InvalidConfiguration, $"{FullName} has version {e.Version}, and this Cairn knows versions up to {WorkspaceDocument.CurrentVersion}")
                {
                    Advice = "Use a newer Cairn with this workspace; nothing was changed.",
                },
                e);
        }
        catch (JsonException e)
        {
            throw Damaged(e.Message, e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArtifactStoreException(
                new StoreFault(StoreErrorCode.InvalidConfiguration, $"there is no workspace in {folder}") { Advice = "Make one with 'cairn init'." }, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ArtifactStoreException(StoreErrorCode.PermissionDenied, $"{FullName} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Makes the file when there is none, and says whether it did.</summary>
    public async Task<bool> CreateAsync(WorkspaceDocument document, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        if (File.Exists(FullName))
        {
            _ = Read();
            return false;
        }
        Write(document);
        return true;
    }

    /// <summary>Reads the newest document under the lock, lets <paramref name="change"/> work on it, and replaces the file.</summary>
    public async Task<T> ChangeAsync<T>(Func<WorkspaceDocument, T> change, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        var document = Read();
        var result = change(document);
        Write(document);
        return result;
    }

    private void Write(WorkspaceDocument document)
    {
        foreach (var abandoned in Directory.EnumerateFiles(folder, Name + ".*" + TempSuffix))
            File.Delete(abandoned);
        var temp = Path.Join(folder, $"{Name}.{Guid.NewGuid():N}{TempSuffix}");
        try
        {
            using (var stream = new FileStream(temp, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                document.Write(stream);
                stream.WriteByte((byte)'\n');
                stream.Flush(flushToDisk: true);
            }
            File.Move(temp, FullName, overwrite: true);
        }
        catch
        {
            File.Delete(temp);
            throw;
        }
    }

    /// <summary>The lock file stays where it is: removing it would let a third process lock another file of the same name.</summary>
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var path = Path.Join(folder, "workspace.lock");
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new ArtifactStoreException(StoreErrorCode.PermissionDenied, $"{path} cannot be written: {e.Message}", e);
            }
            catch (DirectoryNotFoundException e)
            {
                throw new ArtifactStoreException(StoreErrorCode.InvalidConfiguration, $"there is no workspace in {folder}", e);
            }
            catch (IOException e) when (time.GetElapsedTime(start) > Patience)
            {
                throw new ArtifactStoreException(StoreErrorCode.Unavailable, $"another process has held {path} for {Patience.TotalSeconds} seconds: {e.Message}", e);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 25)), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private ArtifactStoreException Damaged(string what, Exception? inner) => new(
        new StoreFault(StoreErrorCode.InvalidConfiguration, $"{FullName} is damaged: {what.TrimEnd('.')}") { Advice = "Nothing was changed: repair the file, or move it away and run 'cairn init'." }, inner);
}
