using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using Cairn.Errors;

namespace Cairn.Transfers;

/// <summary>A local folder that is uploaded.</summary>
internal sealed class LocalSource(string folder, ArtifactStore store, ArtifactPath target, Func<ArtifactPath, bool> isExcluded)
{
    private readonly string _root = Path.GetFullPath(folder);

    public string FullName(ArtifactPath path) => Path.Join(_root, OperatingSystem.IsWindows() ? path.Value.Replace('/', '\\') : path.Value);

    /// <summary>Files at every depth, and folders that hold nothing.</summary>
    public async IAsyncEnumerable<TransferItem> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Reading a folder blocks; this keeps it off the caller's thread.
        await Task.Yield();
        if (!Directory.Exists(_root))
            throw Failure(StoreErrorCode.NotFound, $"'{_root}' is not a folder");
        var pending = new Stack<(string Full, ArtifactPath Path)>();
        pending.Push((_root, ArtifactPath.Root));
        while (pending.TryPop(out var next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var any = false;
            foreach (var (name, isFolder, isLink, length) in Entries(next.Full))
            {
                any = true;
                if (!ArtifactPath.TryParse(name, out var segment))
                    throw Failure(StoreErrorCode.PathConflict, $"'{ArtifactPath.ForMessage(Path.Join(next.Full, name))}' is a name that no artifact path can hold");
                var path = next.Path / segment;
                if (isFolder && !isLink)
                    pending.Push((Path.Join(next.Full, name), path));
                else if (isFolder && isExcluded(path))
                    continue;
                else if (isFolder)
                    throw Failure(StoreErrorCode.PathConflict, $"'{Path.Join(next.Full, name)}' is a link to a folder, which is not followed");
                else
                    yield return new(path, false, isLink ? new FileInfo(Path.Join(next.Full, name)).ResolveLinkTarget(true) is FileInfo { Exists: true } to ? to.Length : 0 : length, null);
            }
            if (!any && !next.Path.IsRoot)
                yield return new(next.Path, true, 0, null);
        }
    }

    private static FileSystemEnumerable<(string Name, bool IsFolder, bool IsLink, long Length)> Entries(string folder) => new(
        folder,
        (ref FileSystemEntry e) => (e.FileName.ToString(), e.IsDirectory, (e.Attributes & FileAttributes.ReparsePoint) != 0, e.IsDirectory ? 0 : e.Length),
        new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false });

    private ArtifactStoreException Failure(StoreErrorCode code, string reason) => store.Failure(code, reason, Operations.Upload, target);
}
