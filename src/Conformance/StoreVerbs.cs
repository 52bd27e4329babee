using Cairn.Providers;

namespace Cairn.Conformance;

/// <summary>All operations of a store, with one call each, on a storage that <see cref="PrepareAsync"/> has filled.</summary>
internal static class StoreVerbs
{
    /// <summary>Gets the raw names after <see cref="PrepareAsync"/>.</summary>
    public static string[] Names => ["f", "d/g", "d/e/h"];

    /// <summary>Gets the operations by method name.</summary>
    public static IReadOnlyDictionary<string, Func<ArtifactStore, CancellationToken, Task>> All { get; } = new Dictionary<string, Func<ArtifactStore, CancellationToken, Task>>
    {
        [nameof(ArtifactStore.OpenReadAsync)] = async (s, c) => await (await s.OpenReadAsync("f", null, c)).DisposeAsync(),
        [nameof(ArtifactStore.OpenWriteAsync)] = async (s, c) =>
        {
            await using var stream = await s.OpenWriteAsync("new", WriteMode.Replace, null, c);
            await stream.CompleteAsync(c);
        },
        [nameof(ArtifactStore.StatAsync)] = (s, c) => s.StatAsync("f", c),
        [nameof(ArtifactStore.TryStatAsync)] = (s, c) => s.TryStatAsync("f", c),
        [nameof(ArtifactStore.ExistsAsync)] = (s, c) => s.ExistsAsync("f", c),
        [nameof(ArtifactStore.IsFileAsync)] = (s, c) => s.IsFileAsync("f", c),
        [nameof(ArtifactStore.IsDirectoryAsync)] = (s, c) => s.IsDirectoryAsync("d", c),
        [nameof(ArtifactStore.GetLengthAsync)] = (s, c) => s.GetLengthAsync("f", c),
        [nameof(ArtifactStore.ListAsync)] = (s, c) => DrainAsync(s.ListAsync("d", null, c)),
        [nameof(ArtifactStore.WalkAsync)] = (s, c) => DrainAsync(s.WalkAsync("d", c)),
        [nameof(ArtifactStore.GlobAsync)] = (s, c) => DrainAsync(s.GlobAsync("**/g", c)),
        [nameof(ArtifactStore.CopyAsync)] = (s, c) => s.CopyAsync("f", "new", WriteMode.Replace, c),
        [nameof(ArtifactStore.MoveAsync)] = (s, c) => s.MoveAsync("f", "new", WriteMode.Replace, c),
        [nameof(ArtifactStore.CopyTreeAsync)] = (s, c) => s.CopyTreeAsync("d", "new", null, c),
        [nameof(ArtifactStore.RemoveAsync)] = (s, c) => s.RemoveAsync("f", c),
        [nameof(ArtifactStore.RemoveTreeAsync)] = (s, c) => s.RemoveTreeAsync("d", c),
        [nameof(ArtifactStore.MakeDirectoryAsync)] = (s, c) => s.MakeDirectoryAsync("new", c),
        [nameof(ArtifactStore.TouchAsync)] = (s, c) => s.TouchAsync("new", c),
        [nameof(ArtifactStore.PresignAsync)] = (s, c) => s.PresignAsync("f", PresignAccess.Read, TimeSpan.FromMinutes(1), c),
        [nameof(ArtifactStore.PresignWriteAsync)] = (s, c) => s.PresignWriteAsync("f", TimeSpan.FromMinutes(1), "text/plain", c),
        [nameof(ArtifactStore.ListStagedAsync)] = (s, c) => DrainAsync(s.ListStagedAsync(TimeSpan.Zero, c)),
        [nameof(ArtifactStore.RemoveStagedAsync)] = (s, c) => s.RemoveStagedAsync(new StagedUpload("none", null, default, null), c),
        [nameof(ArtifactStoreContentExtensions.ReadBytesAsync)] = (s, c) => s.ReadBytesAsync("f", c),
        [nameof(ArtifactStoreContentExtensions.WriteBytesAsync)] = (s, c) => s.WriteBytesAsync("new", new byte[10], WriteMode.Replace, null, c),
        [nameof(ArtifactStoreContentExtensions.ReadTextAsync)] = (s, c) => s.ReadTextAsync("f", c),
        [nameof(ArtifactStoreContentExtensions.WriteTextAsync)] = (s, c) => s.WriteTextAsync("new", "text", WriteMode.Replace, null, c),
        [nameof(ArtifactStoreContentExtensions.ReadLinesAsync)] = (s, c) => DrainAsync(s.ReadLinesAsync("f", c)),
        [nameof(ArtifactStoreContentExtensions.WriteLinesAsync)] = (s, c) => s.WriteLinesAsync("new", ["line"], WriteMode.Replace, null, c),
        [nameof(ArtifactStoreJsonExtensions.ReadJsonAsync)] = (s, c) => s.ReadJsonAsync<int>("f", (System.Text.Json.JsonSerializerOptions?)null, c),
        [nameof(ArtifactStoreJsonExtensions.WriteJsonAsync)] = (s, c) => s.WriteJsonAsync("new", 1, WriteMode.Replace, cancellationToken: c),
        [nameof(ArtifactStoreTransferExtensions.CopyToAsync)] = (s, c) => s.CopyToAsync("f", s, "new", WriteMode.Replace, c),
        [nameof(ArtifactStoreTransferExtensions.MoveToAsync)] = (s, c) => s.MoveToAsync("f", s, "new", WriteMode.Replace, c),
        [nameof(ArtifactStoreTransferExtensions.CopyTreeToAsync)] = (s, c) => s.CopyTreeToAsync("d", s, "new", null, c),
    };

    /// <summary>Writes the files that the operations use.</summary>
    public static async Task PrepareAsync(ArtifactStore store, CancellationToken cancellationToken)
    {
        foreach (var name in Names)
            await store.WriteTextAsync(name, "1", WriteMode.CreateNew, null, cancellationToken);
    }

    private static async Task DrainAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var item in items)
            GC.KeepAlive(item);
    }
}
