using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Plugins;

/// <summary>A small JSON file: read whole, changed under a lock between processes, replaced by a rename.</summary>
internal sealed class LockedJson<T>(string path, JsonTypeInfo<T> type, Func<T> empty, Func<T, string?> problem, TimeProvider time)
    where T : class
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

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
            throw new ArtifactStoreException(StoreErrorCode.PermissionDenied, $"{path} cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    public async Task ChangeAsync(Action<T> change, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
            var document = Read();
            change(document);
            await WriteAsync(document, cancellationToken).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ArtifactStoreException(StoreErrorCode.PermissionDenied, $"{path} cannot be written: {e.Message.TrimEnd('.')}", e);
        }
    }

    private async Task WriteAsync(T document, CancellationToken cancellationToken)
    {
        var temp = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var stream = new FileStream(temp, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await using (stream.ConfigureAwait(false))
            {
                await JsonSerializer.SerializeAsync(stream, document, type, cancellationToken).ConfigureAwait(false);
                stream.WriteByte((byte)'\n');
                stream.Flush(flushToDisk: true);
            }
            File.Move(temp, path, overwrite: true);
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
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (time.GetElapsedTime(start) > Patience)
                    throw new ArtifactStoreException(StoreErrorCode.Unavailable, $"another process has held {path}.lock for {Patience.TotalSeconds} seconds: {e.Message.TrimEnd('.')}", e);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 25)), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private ArtifactStoreException Damaged(string what, Exception? inner) => new(
        new StoreFault(StoreErrorCode.InvalidConfiguration, $"{path} is damaged: {what.TrimEnd('.')}") { Advice = "Nothing was changed: repair the file, or move it away and add the plugins again." }, inner);
}
