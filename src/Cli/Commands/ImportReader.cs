using System.Security.Cryptography;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

/// <summary>A file that no artifact holds yet, as a materializer reads one.</summary>
internal sealed class ImportReader(Stream content, string id, Materializer materializer) : ArtifactReader
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-import-");
    private ArtifactFile[] _files = [];

    public override IReadOnlyList<ArtifactFile> Files => _files;

    public override string MaterializerId => id;

    public override int FormatVersion => materializer.FormatVersion;

    public override IReadOnlyDictionary<string, string> Facts => System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    private string Local => Path.Join(_folder.FullName, "content");

    public async Task FillAsync(CancellationToken cancellationToken)
    {
        var file = new FileStream(Local, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using var closing = file.ConfigureAwait(false);
        await content.CopyToAsync(file, 1 << 20, cancellationToken).ConfigureAwait(false);
        file.Position = 0;
        var digest = Checksum.FromBytes(Checksum.Sha256, await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        _files = [new("content", materializer.MediaType, file.Length, digest)];
    }

    public override ValueTask<Stream> OpenAsync(ArtifactPath name, CancellationToken cancellationToken = default) => ValueTask.FromResult<Stream>(File.OpenRead(Local));

    public override ValueTask<Stream> OpenDetachedAsync(ArtifactPath name, CancellationToken cancellationToken = default) => OpenAsync(name, cancellationToken);

    public override ValueTask<string> GetLocalFileAsync(ArtifactPath name, CancellationToken cancellationToken = default) => ValueTask.FromResult(Local);

    public override ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return base.DisposeAsync();
    }
}
