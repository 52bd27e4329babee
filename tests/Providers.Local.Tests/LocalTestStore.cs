using System.Text;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests;

/// <summary>A driver on a fresh folder, and the drives' worth of shorthand that the tests need. Disposing removes the folder.</summary>
internal sealed class LocalTestStore : IAsyncDisposable
{
    public LocalTestStore(LocalOptions? options = null, LocalPlatform? platform = null, TimeProvider? clock = null, string? root = null)
    {
        Folder = Path.Join(Path.GetTempPath(), $"cairn-local-{Guid.NewGuid():n}");
        Directory.CreateDirectory(Folder);
        RootPath = root ?? Path.Join(Folder, "root");
        Driver = LocalDriver.Open(StoreUri.FromLocalPath(RootPath), options ?? new LocalOptions(), clock ?? TimeProvider.System, platform ?? LocalPlatform.Current);
    }

    /// <summary>What the test owns; the root is in it.</summary>
    public string Folder { get; }

    public string RootPath { get; }

    public LocalDriver Driver { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The real path of a path in the store.</summary>
    public string Real(string path) => Path.Join(RootPath, path);

    public Task<StoreEntry> PutAsync(string path, string text, WriteMode? mode = null) => PutAsync(path, Encoding.UTF8.GetBytes(text), mode);

    public async Task<StoreEntry> PutAsync(string path, byte[] bytes, WriteMode? mode = null)
    {
        await using var upload = await Driver.BeginUploadAsync(new UploadRequest(path, mode ?? WriteMode.Replace), Cancel);
        return await upload.CompleteAsync(new UploadPart(0, 0, bytes), Cancel);
    }

    public async Task<string> TextAsync(string path, ByteRange range = default, string? ifMatch = null)
    {
        await using var read = await Driver.OpenReadAsync(new ReadRequest(path) { Range = range, IfMatch = ifMatch }, Cancel);
        using var reader = new StreamReader(read.Content);
        return await reader.ReadToEndAsync(Cancel);
    }

    public async Task<List<string>> KeysAsync(string directory = "", bool recursive = true, string? prefix = null, string? after = null)
    {
        var keys = new List<string>();
        await foreach (var page in Driver.ListAsync(new ListRequest(directory, recursive) { NamePrefix = prefix, StartAfter = after }, Cancel))
            keys.AddRange(page.Select(i => i.OrderKey));
        return keys;
    }

    public async Task<DeleteResult> DeleteAsync(string path, EntryKind kind = EntryKind.File) =>
        (await Driver.DeleteAsync(new DeleteRequest([new(path, kind)]), Cancel)).ShouldHaveSingleItem();

    public async Task<List<StagedUpload>> StagedAsync()
    {
        var all = new List<StagedUpload>();
        await foreach (var staged in Driver.ListStagedAsync(Cancel))
            all.Add(staged);
        return all;
    }

    /// <summary>The code of what an action fails with.</summary>
    public async Task<StoreErrorCode> CodeOfAsync(Func<Task> action) => Driver.Classify(await Should.ThrowAsync<IOException>(action)).Code;

    /// <summary>Every real name below the root, hidden ones too.</summary>
    public IEnumerable<string> RealNames() =>
        Directory.Exists(RootPath)
            ? Directory.EnumerateFileSystemEntries(RootPath, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
                .Select(p => Path.GetRelativePath(RootPath, p)).Order(StringComparer.Ordinal)
            : [];

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
