using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cairn.Durable;

namespace Cairn.Plugins;

/// <summary>A small JSON file: read whole, changed under a lock between processes, durable when a change returns.</summary>
internal sealed class LockedJson<T>(string path, JsonTypeInfo<T> type, Func<T> empty, Func<T, string?> problem, TimeProvider time, DurableDisk? disk = null)
    where T : class
{
    private readonly DurableFile _file = new(path, path + ".lock", time, disk);

    public string FullName => path;

    /// <summary>What the file holds; an empty document when there is no file.</summary>
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
    /// <param name="change">Changes the newest document; when it throws, nothing is written.</param>
    /// <param name="cancellationToken">Cancels the wait for the lock.</param>
    /// <param name="done">Runs when the change is durable, still under the lock; null for nothing.</param>
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
        new StoreFault(StoreErrorCode.InvalidConfiguration, $"{path} is damaged: {what.TrimEnd('.')}") { Advice = "Nothing was changed: repair the file, or move it away and add the plugins again." }, inner);
}
