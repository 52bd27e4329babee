using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cairn.Durable;

namespace Cairn.Plugins;

/// <summary>A small JSON file. It is read completely and changed under a lock between processes. A change is durable when the call returns.</summary>
internal sealed class LockedJson<T>(string path, JsonTypeInfo<T> type, Func<T> empty, Func<T, string?> problem, TimeProvider time, DurableDisk? disk = null)
    where T : class
{
    private readonly DurableFile _file = new(path, path + ".lock", time, disk);

    public string FullName => path;

    /// <summary>Reads the file. Returns an empty document if the file does not exist.</summary>
    public T Read()
    {
        try
        {
            var document = JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw Damaged("it is null", null);
            return problem(document) is { } wrong ? throw Damaged(wrong, null) : document;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return empty();
        }
        catch (JsonException e)
        {
            throw Damaged(e.Message, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreException(StoreErrorCode.PermissionDenied, $"{path} cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Changes the file under its lock.</summary>
    /// <param name="change">Changes the current document; if it throws, nothing is written.</param>
    /// <param name="cancellationToken">Cancels the wait for the lock.</param>
    /// <param name="done">Runs when the change is durable, while the lock is held. Optional.</param>
    public async Task ChangeAsync(Action<T> change, CancellationToken cancellationToken, Action<T>? done = null)
    {
        try
        {
            _file.MakeFolder();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreException(StoreErrorCode.PermissionDenied, $"{path} cannot be written: {e.Message.TrimEnd('.')}", e);
        }
        using var held = await _file.LockAsync(cancellationToken).ConfigureAwait(false);
        var document = Read();
        change(document);
        _file.Replace([.. JsonSerializer.SerializeToUtf8Bytes(document, type), (byte)'\n']);
        done?.Invoke(document);
    }

    private StoreException Damaged(string what, Exception? inner) => new(
        new StoreFault(StoreErrorCode.InvalidConfiguration, $"{path} is damaged: {what.TrimEnd('.')}") { Advice = "Nothing was changed. Repair the file, or move it away and add the plugins again." }, inner);
}
