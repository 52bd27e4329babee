using System.Security.Cryptography;
using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Materializers;
using Cairn.Transfers;

namespace Cairn.Cli.Commands;

/// <summary>Presents files that are not yet part of an artifact to a materializer.</summary>
internal sealed class ImportReader(string id, Materializer materializer) : ArtifactReader
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-import-");
    private readonly Dictionary<StorePath, string> _locals = [];
    private ArtifactFile[] _files = [];

    public override IReadOnlyList<ArtifactFile> Files => _files;

    public override string MaterializerId => id;

    public override int FormatVersion => materializer.FormatVersion;

    public override IReadOnlyDictionary<string, string> Facts => System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Adds one file from a stream.</summary>
    public async Task FillAsync(Stream content, CancellationToken cancellationToken)
    {
        var local = Path.Join(_folder.FullName, "content");
        var file = new FileStream(local, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using var closing = file.ConfigureAwait(false);
        await content.CopyToAsync(file, 1 << 20, cancellationToken).ConfigureAwait(false);
        file.Position = 0;
        _files = [FileOf("content", file.Length, await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false))];
        _locals["content"] = local;
    }

    /// <summary>
    /// Adds all files of a folder, at every depth, without copying them. As in any save of a folder, a link to a file is read as that file, and any other
    /// entry that is neither a file nor a folder is refused.
    /// </summary>
    public async Task FillFromFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new List<ArtifactFile>();
        await foreach (var item in LocalFolder.WalkAsync(folder, LinkHandling.Fail, Refuse, cancellationToken).ConfigureAwait(false))
        {
            if (item.IsDirectory)
                continue;
            var local = item.FullName;
            var content = LocalFile.OpenRead(local);
            await using var closing = content.ConfigureAwait(false);
            files.Add(FileOf(item.Path, content.Length, await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false)));
            _locals[item.Path] = local;
        }
        _files = [.. files.OrderBy(f => f.Name)];
    }

    /// <summary>Throws, because no entry of the folder may be missing from the artifact.</summary>
    private void Refuse(UnlistedEntry entry) =>
        throw new MaterializationException(id, $"'{ErrorText.Escape(entry.FullName)}' cannot be saved: {((entry.Reason as StoreException)?.Reason ?? entry.Reason.Message).TrimEnd('.')}",
            entry.Reason);

    public override ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) => ValueTask.FromResult<Stream>(LocalFile.OpenRead(LocalOf(name)));

    public override ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) => OpenAsync(name, cancellationToken);

    public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default) => ValueTask.FromResult(LocalOf(name));

    public override ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return base.DisposeAsync();
    }

    private ArtifactFile FileOf(StorePath name, long length, byte[] sha256) => new(name, materializer.MediaType, length, Checksum.FromBytes(Checksum.Sha256, sha256));

    private string LocalOf(StorePath name) => _locals.TryGetValue(name, out var local) ? local : throw new MaterializationException(id, $"the file '{name}' does not exist");
}
