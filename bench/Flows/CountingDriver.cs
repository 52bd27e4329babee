using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Bench.Flows;

/// <summary>Counts the requests to a store, by verb and by the two first folders.</summary>
internal sealed class CountingDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Returns the counts since the last call.</summary>
    public Dictionary<string, int> Take()
    {
        Dictionary<string, int> taken = new(_counts, StringComparer.Ordinal);
        _counts.Clear();
        return taken;
    }

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        Note("stat", path);
        return Inner.StatAsync(path, cancellationToken);
    }

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        Note("read", request.Path);
        return Inner.OpenReadAsync(request, cancellationToken);
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        Note("write", request.Path);
        return Inner.BeginUploadAsync(request, cancellationToken);
    }

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Note("list", request.Directory);
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
            yield return page;
    }

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        foreach (var target in request.Targets)
            Note("delete", target.Path);
        return Inner.DeleteAsync(request, cancellationToken);
    }

    private void Note(string verb, StorePath path)
    {
        var segments = path.Value.Split('/');
        _counts.AddOrUpdate($"{verb} {string.Join('/', segments.Skip(segments is ["artifacts", ..] ? 1 : 0).Take(2))}", 1, static (_, n) => n + 1);
    }
}
