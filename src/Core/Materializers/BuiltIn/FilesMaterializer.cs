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
        foreach (var (name, local) in Find((DirectoryInfo)value, cancellationToken).OrderBy(n => n.Name))
        {
            if (local is not null)
                await writer.AddLocalFileAsync(name, local, null, cancellationToken).ConfigureAwait(false);
            else
                await writer.Create(name, ArtifactFile.Folder).DisposeAsync().ConfigureAwait(false);
        }
    }

    public override ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken) =>
        throw new MaterializationException(Id, "files are read with OpenAsync, OpenFileAsync or DownloadAsync, which say where they go");

    /// <summary>The files at every depth, and the folders that hold nothing. A link to a file is that file; other links are refused, so that nothing outside the folder comes in and nothing is left out.</summary>
    private List<(ArtifactPath Name, string? Local)> Find(DirectoryInfo root, CancellationToken cancellationToken)
    {
        var found = new List<(ArtifactPath, string?)>();
        var pending = new Stack<DirectoryInfo>([root]);
        while (pending.TryPop(out var folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isEmpty = true;
            foreach (var entry in folder.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }))
            {
                isEmpty = false;
                var name = NameIn(root, entry);
                if (entry.LinkTarget is not null)
                    RequireFile(entry, name);
                else if (entry is DirectoryInfo below)
                {
                    pending.Push(below);
                    continue;
                }
                found.Add((name, entry.FullName));
            }
            if (isEmpty && !ReferenceEquals(folder, root))
                found.Add((NameIn(root, folder), null));
        }
        return found;
    }

    private void RequireFile(FileSystemInfo link, ArtifactPath name)
    {
        FileSystemInfo? target;
        try
        {
            target = link.ResolveLinkTarget(returnFinalTarget: true);
        }
        catch (IOException e)
        {
            throw new MaterializationException(Id, $"'{ArtifactPath.ForMessage(name.Value)}' is a link that leads in a circle", e);
        }
        if (target is not { Exists: true })
            throw new MaterializationException(Id, $"'{ArtifactPath.ForMessage(name.Value)}' is a link that leads nowhere");
        if (target is DirectoryInfo)
            throw new MaterializationException(Id, $"'{ArtifactPath.ForMessage(name.Value)}' is a link to a folder, which is not followed");
    }

    private ArtifactPath NameIn(DirectoryInfo root, FileSystemInfo entry) => Name(Path.GetRelativePath(root.FullName, entry.FullName).Replace(Path.DirectorySeparatorChar, '/'));

    private ArtifactPath Name(string text) => ArtifactPath.TryParse(text, out var name) && !name.IsRoot && name.Value == text
        ? name
        : throw new MaterializationException(Id, $"'{ArtifactPath.ForMessage(text)}' cannot be the name of a file of an artifact");
}
