using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cairn;

/// <summary>Extension methods that read and write whole files as JSON, in a streaming manner.</summary>
public static class ArtifactStoreJsonExtensions
{
    private const string Reflection = "Finds the type's members by reflection; pass a JsonTypeInfo<T> instead.";

    /// <summary>Reads a file as JSON.</summary>
    /// <exception cref="JsonException">The file is not valid JSON of this type.</exception>
    public static async Task<T?> ReadJsonAsync<T>(this ArtifactStore store, StorePath path, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(type);
        var stream = await store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a file as JSON, using reflection.</summary>
    /// <exception cref="JsonException">The file is not valid JSON of this type.</exception>
    [RequiresUnreferencedCode(Reflection), RequiresDynamicCode(Reflection)]
    public static async Task<T?> ReadJsonAsync<T>(
        this ArtifactStore store, StorePath path, JsonSerializerOptions? serializer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var stream = await store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        return await JsonSerializer.DeserializeAsync<T>(stream, serializer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a value as JSON.</summary>
    /// <returns>The metadata of the written file.</returns>
    public static Task<StoreEntry> WriteJsonAsync<T>(
        this ArtifactStore store,
        StorePath path,
        T value,
        WriteMode mode,
        JsonTypeInfo<T> type,
        OpenWriteOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        return WriteAsync(store, path, mode, options, stream => JsonSerializer.SerializeAsync(stream, value, type, cancellationToken), cancellationToken);
    }

    /// <summary>Writes a value as JSON, using reflection.</summary>
    /// <returns>The metadata of the written file.</returns>
    [RequiresUnreferencedCode(Reflection), RequiresDynamicCode(Reflection)]
    public static Task<StoreEntry> WriteJsonAsync<T>(
        this ArtifactStore store,
        StorePath path,
        T value,
        WriteMode mode,
        JsonSerializerOptions? serializer = null,
        OpenWriteOptions? options = null,
        CancellationToken cancellationToken = default) =>
        WriteAsync(store, path, mode, options, stream => JsonSerializer.SerializeAsync(stream, value, serializer, cancellationToken), cancellationToken);

    private static async Task<StoreEntry> WriteAsync(
        ArtifactStore store, StorePath path, WriteMode mode, OpenWriteOptions? options, Func<Stream, Task> serialize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var stream = await store.OpenWriteAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        await serialize(stream).ConfigureAwait(false);
        return await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
