using Cairn.Artifacts;
using Cairn.Conformance;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Materializers.Kit;

/// <summary>Files go back to where the caller says, so that is what loading is here.</summary>
public sealed class FilesHarness() : BuiltInHarness("files")
{
    private const string ByFile = "Files are read as files, which needs no materializer.";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-files-");
    private int _count;

    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(() => new FileInfo(Place("one", ("a b.bin", Bytes.Of(200))) + "/a b.bin")),
        MaterializerSample.Of(() => new DirectoryInfo(Place("some", ("ü.txt", Bytes.Of(20)), ("sub/.hidden", Bytes.Of(5)), ("sub/deep/empty", [])))),
    ];

    public override IEnumerable<MaterializerSample> Empty =>
        [MaterializerSample.Of(() => new FileInfo(Place("none", ("e", [])) + "/e")), MaterializerSample.Of(() => new DirectoryInfo(Place("empty")))];

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["A_newer_format_version_is_refused"] = ByFile,
        ["A_load_stops_when_it_is_cancelled"] = ByFile,
        ["A_failure_of_the_store_passes_as_it_is"] = ByFile,
    };

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(() => new FileInfo(Place("huge", ("h", Bytes.Of(length))) + "/h"));

    public override async Task<object> LoadAsync(ArtifactRepository repository, BlobDigest digest, Type type, CancellationToken cancellationToken)
    {
        var target = Path.Join(_folder.FullName, $"out{Interlocked.Increment(ref _count)}");
        await repository.DownloadAsync(digest, target, cancellationToken);
        return Content(target);
    }

    public override ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken) =>
        new(value is FileInfo file ? new Dictionary<string, string> { [file.Name] = Convert.ToHexString(File.ReadAllBytes(file.FullName)) } : Content(((DirectoryInfo)value).FullName));

    public override async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    private static Dictionary<string, string> Content(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".part", StringComparison.Ordinal))
            .ToDictionary(f => Path.GetRelativePath(folder, f), f => Convert.ToHexString(File.ReadAllBytes(f)))
        : [];

    private string Place(string name, params (string Name, byte[] Content)[] files)
    {
        var folder = _folder.CreateSubdirectory($"{name}{Interlocked.Increment(ref _count)}/in");
        foreach (var (file, content) in files)
        {
            var path = Path.Join(folder.FullName, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
        return folder.FullName;
    }
}
