using System.Runtime.CompilerServices;
using Cairn;
using Cairn.Providers;

namespace Flows.Tests.Faults;

/// <summary>A driver that counts requests, and fails from one of them on until it is healed.</summary>
internal sealed class FaultyDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private int _count;

    /// <summary>Gets or sets the first request that fails, from 0; none by default.</summary>
    public int FailsFrom { get; set; } = int.MaxValue;

    /// <summary>Gets or sets whether only writes are counted and fail, as on a full disk; otherwise all requests do, as without a network.</summary>
    public bool OnlyWrites { get; set; }

    /// <summary>Gets the number of requests so far.</summary>
    public int Count => Volatile.Read(ref _count);

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        Pass(isWrite: false);
        return Inner.StatAsync(path, cancellationToken);
    }

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        Pass(isWrite: false);
        return Inner.OpenReadAsync(request, cancellationToken);
    }

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Pass(isWrite: false);
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
            yield return page;
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        Pass(isWrite: true);
        return Inner.BeginUploadAsync(request, cancellationToken);
    }

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        // A full disk removes files.
        Pass(isWrite: false);
        return Inner.DeleteAsync(request, cancellationToken);
    }

    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        Pass(isWrite: true);
        return Inner.CopyAsync(request, cancellationToken);
    }

    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        Pass(isWrite: true);
        return Inner.MoveAsync(request, cancellationToken);
    }

    private void Pass(bool isWrite)
    {
        if (OnlyWrites && !isWrite)
            return;
        if (Interlocked.Increment(ref _count) > FailsFrom)
            throw OnlyWrites ? new StoreException(StoreErrorCode.Unsupported, "the disk is full") : new StoreException(StoreErrorCode.Unavailable, "the network is gone");
    }
}
