using Cairn.Conformance;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests.Kit;

/// <summary>A fresh folder below the system's temporary one.</summary>
public class LocalHarness : StoreHarness
{
    private string? _folder;
    private bool _owns;

    public override string? Address => _folder;

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["NonexistentContainerTests"] = "A missing root is not an error: it reads as empty, and the first write makes it.",
    };

    internal virtual LocalPlatform Platform => LocalPlatform.Current;

    /// <summary>Which directory of the store the suites see as theirs.</summary>
    protected virtual string Below => "";

    private string Seen => Path.Join(Root, Below);

    private string Root => Path.Join(_folder, "root");

    public override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _folder = Directory.CreateTempSubdirectory("cairn-kit-").FullName;
        _owns = true;
        return ValueTask.CompletedTask;
    }

    public override ValueTask AttachAsync(string address, CancellationToken cancellationToken)
    {
        _folder = address;
        return ValueTask.CompletedTask;
    }

    /// <summary>A prefix of the storage is a folder of it.</summary>
    public override ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) => new(Decorate(Open(Path.Join(Root, path.Value))));

    /// <summary>A local store's container is the folder: another one is beside it, with a name that begins alike.</summary>
    public override ValueTask<StoreDriver?> OpenElsewhereAsync(CancellationToken cancellationToken) => new(Decorate(Open(Root + "-elsewhere")));

    /// <summary>Files, and directories that hold nothing.</summary>
    public override ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken) => new(RawNames(Seen));

    public override async ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken) =>
        await File.ReadAllBytesAsync(Path.Join(Seen, rawName), cancellationToken);

    public override bool CanHold(StorePath path) => LocalPaths.CanHold(StorePath.Parse(Below) / path, Platform.WindowsNames);

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_owns)
            Directory.Delete(_folder!, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => new(Open(Root));

    private LocalDriver Open(string folder) => LocalDriver.Open(StoreUri.FromLocalPath(folder), new LocalOptions { Durability = LocalDurability.None }, TimeProvider.System, Platform);

    private static List<string>? RawNames(string root)
    {
        var all = new List<string>();
        if (Directory.Exists(root))
            Add(root);
        return all;

        void Add(string folder)
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0 }))
            {
                if (entry.Name == LocalPaths.DirectoryMark)
                    continue;
                var before = all.Count;
                if (entry is DirectoryInfo)
                    Add(entry.FullName);
                if (all.Count == before)
                    all.Add(Path.GetRelativePath(root, entry.FullName) + (entry is DirectoryInfo ? "/" : ""));
            }
        }
    }
}
