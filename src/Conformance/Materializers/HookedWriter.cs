using Cairn.Materializers;

namespace Cairn.Conformance;

/// <summary>A writer that discards its content and calls a hook before each write.</summary>
internal sealed class HookedWriter(Action<CancellationToken> hook) : ArtifactWriter, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-kit-");
    private int _count;

    public override Stream Create(StorePath name, string? mediaType = null) => new HookedStream(Stream.Null, hook);

    public override string CreateLocalFile(StorePath name, string? mediaType = null) =>
        Path.Join(_folder.CreateSubdirectory($"{_count++}").FullName, name.Value.Split('/')[^1]);

    public override async ValueTask AddLocalFileAsync(StorePath name, string localFile, string? mediaType = null, CancellationToken cancellationToken = default)
    {
        await using var source = File.OpenRead(localFile);
        await using var target = Create(name, mediaType);
        await source.CopyToAsync(target, cancellationToken);
    }

    public override void Describe(string key, string value)
    {
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
