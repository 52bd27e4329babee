using System.Collections.ObjectModel;
using System.Security.Cryptography;
using Cairn.Materializers;

namespace Cairn.Artifacts;

/// <summary>A local file that no artifact holds yet, as a materializer reads one.</summary>
internal sealed class LocalFileReader(FileInfo file, Materializer materializer) : ArtifactReader
{
    private readonly ArtifactFile _file = new(file.Name, materializer.MediaType, file.Length, Checksum.FromBytes(Checksum.Sha256, SHA256.HashData([])));

    public override IReadOnlyList<ArtifactFile> Files => [_file];

    public override string MaterializerId => materializer.Id;

    public override int FormatVersion => materializer.FormatVersion;

    public override IReadOnlyDictionary<string, string> Facts => ReadOnlyDictionary<string, string>.Empty;

    public override ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) =>
        new(new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous));

    public override ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) => OpenAsync(name, cancellationToken);

    public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default) => new(file.FullName);
}
