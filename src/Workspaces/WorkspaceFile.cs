using System.Text.Json;
using Cairn.Durable;

namespace Cairn.Workspaces;

/// <summary>
/// The file <c>workspace.json</c>. It is read completely and changed under a lock between processes. A change is durable when the call returns.
/// </summary>
internal sealed class WorkspaceFile(string folder, TimeProvider time, DurableDisk? disk = null)
{
    private const string Name = "workspace.json";
    private readonly DurableFile _file = new(Path.Join(folder, Name), Path.Join(folder, "workspace.lock"), time, disk);

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
            throw new StoreException(
                new StoreFault(StoreErrorCode.InvalidConfiguration, $"{FullName} has version {e.Version}, but this version of Cairn supports only versions up to {WorkspaceDocument.CurrentVersion}")
                {
                    Advice = "Nothing was changed. Use a newer version of Cairn with this workspace.",
                },
                e);
        }
        catch (JsonException e)
        {
            throw Damaged(e.Message, e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StoreException(
                new StoreFault(StoreErrorCode.InvalidConfiguration, $"no workspace was found in {folder}") { Advice = "Create one with 'cairn init'." }, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreException(StoreErrorCode.PermissionDenied, $"{FullName} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Creates the folder.</summary>
    public void MakeFolder() => _file.MakeFolder();

    /// <summary>Creates the file if it does not exist, and returns whether it was created.</summary>
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

    /// <summary>Reads the current document under the lock, applies <paramref name="change"/>, and replaces the file.</summary>
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
        using var content = new MemoryStream();
        document.Write(content);
        content.WriteByte((byte)'\n');
        _file.Replace(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    private async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _file.LockAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new StoreException(StoreErrorCode.InvalidConfiguration, $"no workspace was found in {folder}", e);
        }
    }

    private StoreException Damaged(string what, Exception? inner) => new(
        new StoreFault(StoreErrorCode.InvalidConfiguration, $"{FullName} is damaged: {what.TrimEnd('.')}") { Advice = "Nothing was changed. Repair the file, or move it away and run 'cairn init'." }, inner);
}
