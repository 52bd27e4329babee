using Cairn.Artifacts;
using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Transfers;

namespace Cairn.Materializers.BuiltIn;

/// <summary>
/// A local file, or a whole folder, as it is. It comes back by <see cref="ArtifactRepository.DownloadAsync(BlobDigest, string, CancellationToken)"/> or <see cref="ArtifactRepository.OpenAsync"/>.
/// </summary>
internal sealed class FilesMaterializer : Materializer
{
    public override string Id => "files";

    public override string MediaType => ArtifactFile.Bytes;

    public override string Description => "a local file (FileInfo) or folder (DirectoryInfo), unchanged; read with OpenAsync or DownloadAsync";

    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Exact<FileInfo>(), ServedType.Exact<DirectoryInfo>()];

    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        if (value is FileInfo file)
        {
            await writer.AddLocalFileAsync(Name(file.Name), file.FullName, null, cancellationToken).ConfigureAwait(false);
            return;
        }
        // A link to a file is that file. Whatever else the walk would leave out is refused, so that nothing outside the folder comes in and nothing is missing.
        await foreach (var item in LocalFolder.WalkAsync(((DirectoryInfo)value).FullName, LinkHandling.Fail, entry => throw Refusal(Id, entry), cancellationToken).ConfigureAwait(false))
        {
            if (item.IsDirectory)
                await writer.Create(item.Path, ArtifactFile.Folder).DisposeAsync().ConfigureAwait(false);
            else
                await writer.AddLocalFileAsync(item.Path, item.FullName, null, cancellationToken).ConfigureAwait(false);
        }
    }

    public override ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken) =>
        throw new MaterializationException(Id, "files are read with OpenAsync, OpenFileAsync or DownloadAsync, which take the destination");

    /// <summary>What a folder is refused for that holds something which is neither file nor folder: nothing of it may be missing from an artifact.</summary>
    private static MaterializationException Refusal(string id, UnlistedEntry entry) =>
        new(id, $"'{ErrorText.Escape(entry.FullName)}' cannot be saved: {((entry.Reason as StoreException)?.Reason ?? entry.Reason.Message).TrimEnd('.')}", entry.Reason);

    private StorePath Name(string text) => StorePath.TryParse(text, out var name) && !name.IsRoot && name.Value == text
        ? name
        : throw new MaterializationException(Id, $"'{ErrorText.Escape(text)}' cannot be the name of a file of an artifact");
}
