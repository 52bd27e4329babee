using System.Security.Cryptography;
using Cairn.Materializers;

namespace Cairn.Formats.MachineLearning.Tests;

/// <summary>A file that no artifact holds yet, as a materializer reads one.</summary>
internal sealed class FileReader(byte[] content) : ArtifactReader
{
    public override IReadOnlyList<ArtifactFile> Files => [new("content", ArtifactFile.Bytes, content.Length, new Checksum(Checksum.Sha256, Convert.ToHexStringLower(SHA256.HashData(content))))];

    public override string MaterializerId => "test";

    public override int FormatVersion => 1;

    public override IReadOnlyDictionary<string, string> Facts => new Dictionary<string, string>();

    public override ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) => new(new MemoryStream(content, writable: false));

    public override ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) => OpenAsync(name, cancellationToken);

    public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
