using System.Security.Cryptography;
using System.Text;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>A store whose disk is recorded, and what its user was told of each operation: begun, and later done.</summary>
internal sealed class CrashRun : IAsyncDisposable
{
    public const string TextType = "text/x";

    private const string Note = "note";

    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-crash-").FullName;
    private readonly List<Operation> _operations = [];
    private readonly List<(string Path, DateTimeOffset? Modified, int Done)> _touched = [];

    public CrashRun(string below = "root")
    {
        Below = below;
        Platform = LocalPlatform.Current with { Wrap = inner => Disk = new RecordingFileSystem(inner, Log, _folder) };
        Driver = Open(Platform, Path.Join(_folder, below), LocalDurability.Full);
        Store = new(Driver);
    }

    public DiskLog Log { get; } = new();

    /// <summary>The root's path below the directory that exists from the beginning.</summary>
    public string Below { get; }

    public LocalPlatform Platform { get; }

    public RecordingFileSystem Disk { get; private set; } = null!;

    public LocalDriver Driver { get; }

    /// <summary>The same store for its users.</summary>
    public ArtifactStore Store { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static LocalDriver Open(LocalPlatform platform, string root, LocalDurability durability) =>
        LocalDriver.Open(StoreUri.FromLocalPath(root), new LocalOptions { Durability = durability }, TimeProvider.System, platform);

    public static byte[] Content(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>What a file is compared by: its content, its media type, whether it may be run, and its user's note where it has one.</summary>
    public static string Digest(ReadOnlySpan<byte> content, string? note = null, string? contentType = TextType, bool executable = false) =>
        $"{Convert.ToHexStringLower(SHA256.HashData(content))} {contentType} {(executable ? "executable " : "")}{note}";

    /// <summary>Runs an operation that changes paths (to a content's digest, or to nothing) all at once.</summary>
    public async Task DoAsync(Func<Task> operation, params (string Path, string? Digest)[] changes)
    {
        var entry = new Operation(changes) { Begun = Log.Now };
        lock (_operations)
            _operations.Add(entry);
        await operation();
        entry.Done = Log.Now;
    }

    /// <summary>Runs an operation that changes several paths, each by itself: a crash may leave any of the changes.</summary>
    public async Task DoEachAsync(Func<Task> operation, params (string Path, string? Digest)[] changes)
    {
        var entries = Array.ConvertAll(changes, c => new Operation([c]) { Begun = Log.Now });
        lock (_operations)
            _operations.AddRange(entries);
        await operation();
        foreach (var entry in entries)
            entry.Done = Log.Now;
    }

    public Task PutAsync(string path, byte[] content, WriteMode? mode = null, int parts = 1, string? note = null, bool executable = false) => DoAsync(
        async () =>
        {
            var metadata = new Dictionary<string, string>();
            if (note is not null)
                metadata.Add(Note, note);
            await using var upload = await Driver.BeginUploadAsync(new UploadRequest(
                path, mode ?? WriteMode.Replace)
            { ContentType = TextType, Metadata = metadata, IsExecutable = executable, Length = content.Length }, Cancel);
            var each = content.Length / parts;
            for (var i = 0; i < parts - 1; i++)
                await upload.WritePartAsync(new UploadPart(i, i * each, content.AsMemory(i * each, each)), Cancel);
            await upload.CompleteAsync(new UploadPart(parts - 1, (parts - 1) * each, content.AsMemory((parts - 1) * each)), Cancel);
        },
        (path, Digest(content, note, executable: executable)));

    public Task PutAsync(string path, string text, WriteMode? mode = null, string? note = null) => PutAsync(path, Encoding.UTF8.GetBytes(text), mode, note: note);

    public async Task<string> ETagAsync(string path) => (await Driver.StatAsync(path, Cancel))!.ETag!;

    public async Task TouchAsync(string path)
    {
        var touched = await Driver.TouchAsync(path, Cancel);
        _touched.Add((path, touched.Modified, Log.Now));
    }

    public Task DeleteAsync(string path, EntryKind kind = EntryKind.File) =>
        DoAsync(async () => (await Driver.DeleteAsync(new DeleteRequest([new(path, kind)]), Cancel))[0].Error.ShouldBeNull(), (kind == EntryKind.File ? path : path + "/", null));

    public Task MakeAsync(string path) => DoAsync(async () => await Driver.MakeDirectoryAsync(path, Cancel), (path + "/", "directory"));

    public Task CopyAsync(string from, string to, byte[] content, WriteMode? mode = null, string? note = null) =>
        DoAsync(async () => await Driver.CopyAsync(new CopyRequest(from, to, mode ?? WriteMode.Replace), Cancel), (to, Digest(content, note)));

    public Task MoveAsync(string from, string to, WriteMode mode, params (string Path, string? Digest)[] changes) =>
        DoAsync(async () => await Driver.MoveAsync(new CopyRequest(from, to, mode), Cancel), changes);

    /// <summary>Compares the files of a store with what its user may expect after a crash at a moment.</summary>
    /// <returns>The first difference; null where there is none.</returns>
    public async Task<string?> ProblemAsync(LocalDriver driver, int at)
    {
        var expected = new Dictionary<string, string>();
        Operation[] done, open;
        lock (_operations)
        {
            done = [.. _operations.Where(o => o.Done <= at).OrderBy(o => o.Done)];
            open = [.. _operations.Where(o => o.Begun <= at && o.Done > at)];
        }
        foreach (var (path, digest) in done.SelectMany(o => o.Changes))
            Set(expected, path, digest);
        var found = await ReadAsync(driver);
        foreach (var directory in done.Concat(open).SelectMany(o => o.Changes).Select(c => c.Path).Where(p => p.EndsWith('/')).Distinct())
        {
            if (await driver.StatAsync(directory.TrimEnd('/'), Cancel) is { IsDirectory: true })
                found.Add(directory, "directory");
        }
        foreach (var operation in open)
        {
            // All of it or nothing of it.
            if (operation.Changes.All(c => found.GetValueOrDefault(c.Path) == c.Digest))
            {
                foreach (var (path, digest) in operation.Changes)
                    Set(expected, path, digest);
            }
        }
        foreach (var path in expected.Keys.Union(found.Keys).Order(StringComparer.Ordinal))
        {
            if (found.GetValueOrDefault(path) is var here && here != expected.GetValueOrDefault(path))
                return here is null ? $"{path} is gone" : expected.ContainsKey(path) ? $"{path} is damaged or old" : $"{path} is there";
        }
        // The last touch counts, as long as nobody has begun to write the file since.
        foreach (var (path, modified, touchedAt) in _touched.Where(t => t.Done <= at))
        {
            if (!_operations.Exists(o => o.Begun >= touchedAt && o.Begun <= at && o.Changes.Any(c => c.Path == path)) && (await driver.StatAsync(path, Cancel))?.Modified != modified)
                return $"{path} has lost the time of its touch";
        }
        return null;

        static void Set(Dictionary<string, string> map, string path, string? digest)
        {
            if (digest is null)
                map.Remove(path);
            else
                map[path] = digest;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<Dictionary<string, string>> ReadAsync(LocalDriver driver)
    {
        var files = new Dictionary<string, string>();
        await foreach (var page in driver.ListAsync(new ListRequest(StorePath.Root, Recursive: true), Cancel))
        {
            foreach (var entry in page.Where(e => e.IsFile))
            {
                await using var read = await driver.OpenReadAsync(new ReadRequest(entry.Path), Cancel);
                using var memory = new MemoryStream();
                await read.Content.CopyToAsync(memory, Cancel);
                files.Add(entry.Path.Value, Digest(memory.GetBuffer().AsSpan(0, (int)memory.Length), read.Info.Metadata.GetValueOrDefault(Note), read.Info.ContentType, read.Info.IsExecutable));
            }
        }
        return files;
    }

    private sealed class Operation((string Path, string? Digest)[] changes)
    {
        public (string Path, string? Digest)[] Changes { get; } = changes;

        public int Begun { get; init; }

        /// <summary>The moment at which its user was told that it is done.</summary>
        public int Done { get; set; } = int.MaxValue;
    }
}
