namespace Cairn.Materializers.BuiltIn;

/// <summary>A local file, or a whole folder, as it is. It comes back by <see cref="ArtifactRepository.DownloadAsync"/> or <see cref="ArtifactRepository.OpenAsync"/>.</summary>
internal sealed class FilesMaterializer : Materializer
{
    public override string Id => "files";

    public override string MediaType => ArtifactFile.Bytes;

    public override string Description => "a local file (FileInfo) or folder (DirectoryInfo) as it is; read with OpenAsync or DownloadAsync";

    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Exact<FileInfo>(), ServedType.Exact<DirectoryInfo>()];

    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        if (value is FileInfo file)
        {
            await writer.AddLocalFileAsync(Name(file.Name), file.FullName, null, cancellationToken).ConfigureAwait(false);
            return;
        }
        var root = (DirectoryInfo)value;
        var names = new List<(ArtifactPath Name, string Local)>();
        foreach (var local in root.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }))
        {
            var relative = Path.GetRelativePath(root.FullName, local.FullName);
            if (local.ResolveLinkTarget(returnFinalTarget: true) is DirectoryInfo)
                throw new MaterializationException(Id, $"'{ArtifactPath.ForMessage(relative)}' is a link to a folder, which is not followed");
            names.Add((Name(relative.Replace(Path.DirectorySeparatorChar, '/')), local.FullName));
        }
        foreach (var (name, local) in names.OrderBy(n => n.Name))
            await writer.AddLocalFileAsync(name, local, null, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken) =>
        throw new MaterializationException(Id, "files are read with OpenAsync, OpenFileAsync or DownloadAsync, which say where they go");

    private ArtifactPath Name(string text) => ArtifactPath.TryParse(text, out var name) && !name.IsRoot && name.Value == text
        ? name
        : throw new MaterializationException(Id, $"'{ArtifactPath.ForMessage(text)}' cannot be the name of a file of an artifact");
}
