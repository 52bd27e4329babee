using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Checks the version only in reads of the whole file.</summary>
internal sealed class ForgetsTheVersionInRanges(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        Inner.OpenReadAsync(request.Range.Length is null ? request : request with { IfMatch = null }, cancellationToken);
}

/// <summary>Refuses to read an empty file from its start, because the start is at its end.</summary>
internal sealed class RefusesToReadEmptyFiles(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await Inner.OpenReadAsync(request, cancellationToken);
        if (request.Range.Offset < read.Info.Length)
            return read;
        await read.DisposeAsync();
        throw new StoreException(StoreErrorCode.RangeNotSatisfiable, "the range starts at the end");
    }
}

/// <summary>Computes the end of a range in 32 bits.</summary>
internal sealed class ComputesRangesIn32Bits(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        request.Range.Length is { } length && unchecked((int)(request.Range.Offset + length)) <= 0
            ? throw new StoreException(StoreErrorCode.RangeNotSatisfiable, "the range ends before it starts")
            : Inner.OpenReadAsync(request, cancellationToken);
}

/// <summary>Reports the length of the range as the length of the file.</summary>
internal sealed class SaysTheLengthOfTheRange(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await Inner.OpenReadAsync(request, cancellationToken);
        return new StoreRead(Facts.With(read.Info, length: request.Range.LengthIn(read.Info.Length)), read.Content, read);
    }
}

/// <summary>Opens a file for one reader at a time.</summary>
internal sealed class ReadsForOneAtATime(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<StorePath, bool> _open = new();

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        if (!_open.TryAdd(request.Path, true))
            throw new IOException("The file is in use.");
        try
        {
            var read = await Inner.OpenReadAsync(request, cancellationToken);
            return new StoreRead(read.Info, read.Content, new Release(this, request.Path));
        }
        catch
        {
            _open.TryRemove(request.Path, out _);
            throw;
        }
    }

    private sealed class Release(ReadsForOneAtATime owner, StorePath path) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            owner._open.TryRemove(path, out _);
            return default;
        }
    }
}

/// <summary>Reads a directory as an empty file.</summary>
internal sealed class ReadsDirectoriesAsEmptyFiles(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        if (await Inner.StatAsync(request.Path, cancellationToken) is null)
        {
            await foreach (var page in Inner.ListAsync(new ListRequest(request.Path, Recursive: true), cancellationToken))
            {
                if (page.Count > 0)
                    return new StoreRead(new StoreEntry { Path = request.Path }, new MemoryStream());
            }
        }
        return await Inner.OpenReadAsync(request, cancellationToken);
    }
}

/// <summary>Returns no content type and metadata with a read, although stat returns them.</summary>
internal sealed class ReadsWithoutAttributes(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await Inner.OpenReadAsync(request, cancellationToken);
        return new StoreRead(Facts.Bare(read.Info), read.Content, read);
    }
}

/// <summary>Keeps the path of a call in a field, so that two concurrent calls use the same path.</summary>
internal sealed class KeepsThePathInAField(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private StorePath _path;

    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        _path = path;
        await Task.Yield();
        return (await Inner.StatAsync(_path, cancellationToken))?.At(path);
    }
}

/// <summary>Classifies every failure as transient.</summary>
internal sealed class CallsEverythingTransient(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) => Rethrow(() => Inner.OpenReadAsync(request, cancellationToken));

    private static async ValueTask<T> Rethrow<T>(Func<ValueTask<T>> call)
    {
        try
        {
            return await call();
        }
        catch (StoreException e)
        {
            throw new StoreException(new StoreFault(e.Code, e.Message) { IsTransient = true });
        }
    }
}

/// <summary>Facts with a change.</summary>
internal static class Facts
{
    public static StoreEntry With(StoreEntry info, long? length = null) => new()
    {
        Path = info.Path,
        Kind = info.Kind,
        Length = length ?? info.Length,
        ETag = info.ETag,
        Modified = info.Modified,
        ContentType = info.ContentType,
        Metadata = info.Metadata,
        Checksum = length is null ? info.Checksum : null,
    };

    public static StoreEntry Bare(StoreEntry info) => new()
    {
        Path = info.Path,
        Kind = info.Kind,
        Length = info.Length,
        ETag = info.ETag,
        Modified = info.Modified,
        Checksum = info.Checksum,
    };
}
