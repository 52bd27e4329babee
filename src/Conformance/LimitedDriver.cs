using System.Collections.Concurrent;
using Cairn.Providers;

namespace Cairn.Conformance;

/// <summary>A layer that declares fewer capabilities than the inner driver, and records the calls that it receives.</summary>
/// <param name="inner">The inner driver.</param>
/// <param name="limit">Removes capabilities.</param>
internal sealed class LimitedDriver(StoreDriver inner, Func<StoreCapabilities, StoreCapabilities> limit) : DelegatingStoreDriver(inner)
{
    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>Gets the names of the called members, in order.</summary>
    public IReadOnlyCollection<string> Calls => _calls;

    public override StoreCapabilities Capabilities { get; } = limit(inner.Capabilities);

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => Note("stat", base.StatAsync(path, cancellationToken));

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) => Note("read", base.OpenReadAsync(request, cancellationToken));

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        Note("write", base.BeginUploadAsync(request, cancellationToken));

    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        Note("list", base.ListAsync(request, cancellationToken));

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        Note($"delete {request.Targets.Count}", base.DeleteAsync(request, cancellationToken));

    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) => Note("copy", base.CopyAsync(request, cancellationToken));

    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        _calls.Enqueue("move");
        return base.MoveAsync(request, cancellationToken);
    }

    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        _calls.Enqueue("make directory");
        return base.MakeDirectoryAsync(path, cancellationToken);
    }

    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) => Note("touch", base.TouchAsync(path, cancellationToken));

    public override ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) => Note("presign", base.PresignAsync(request, cancellationToken));

    private T Note<T>(string call, T result)
    {
        _calls.Enqueue(call);
        return result;
    }
}
