using Cairn.Materializers;

namespace Cairn.Formats.Parquet.Tests;

/// <summary>A file that is in no artifact yet, as a materializer reads one.</summary>
internal sealed class LocalReader(string path) : ArtifactReader
{
    public override IReadOnlyList<ArtifactFile> Files { get; } = [new("content", "application/vnd.apache.parquet", new FileInfo(path).Length, new Checksum(Checksum.Sha256, new string('0', 64)))];

    public override string MaterializerId => "parquet";

    public override int FormatVersion => 1;

    public override IReadOnlyDictionary<string, string> Facts => new Dictionary<string, string>();

    public override ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) => ValueTask.FromResult<Stream>(File.OpenRead(path));

    public override ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) => OpenAsync(name, cancellationToken);

    public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default) => ValueTask.FromResult(path);
}
