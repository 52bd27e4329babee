using System.Runtime.CompilerServices;
using Cairn;
using Cairn.Artifacts;
using Cairn.Providers;

namespace Catalog.Tests.Assets;

/// <summary>Records the requests that a catalog makes, and refuses those that a test names.</summary>
internal sealed class RecordingDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly Lock _lock = new();
    private List<string> _requests = [];

    /// <summary>Gets or sets which requests fail, by verb and path.</summary>
    public Func<string, StorePath, bool> Refuses { get; set; } = (_, _) => false;

    /// <summary>Gets whether the files of the store are files of this machine.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Returns the requests since the last call.</summary>
    public List<string> Take()
    {
        lock (_lock)
        {
            var taken = _requests;
            _requests = [];
            return taken;
        }
    }

    public override string? GetLocalPath(StorePath path) => IsLocal ? $"/{path}" : null;

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        Note("read", request.Path);
        return Inner.OpenReadAsync(request, cancellationToken);
    }

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Note("list", request.Directory);
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
            yield return page;
    }

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        Note("stat", path);
        return Inner.StatAsync(path, cancellationToken);
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        Note("write", request.Path);
        return Inner.BeginUploadAsync(request, cancellationToken);
    }

    /// <summary>Paths are noted relative to the folder of the repository.</summary>
    private void Note(string verb, StorePath path)
    {
        if (path.IsUnder(ArtifactRepository.DefaultFolder))
            path = path.RelativeTo(ArtifactRepository.DefaultFolder);
        lock (_lock)
            _requests.Add($"{verb} {path}");
        if (Refuses(verb, path))
            throw new StoreException(StoreErrorCode.PermissionDenied, "the test refuses the request");
    }
}
