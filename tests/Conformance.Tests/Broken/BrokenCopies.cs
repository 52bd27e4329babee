using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Copies the bytes and no attributes.</summary>
internal sealed class CopiesWithoutAttributes(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        await using var read = await Inner.OpenReadAsync(new ReadRequest(request.Source) { IfMatch = request.SourceIfMatch }, cancellationToken);
        var content = new MemoryStream();
        await read.Content.CopyToAsync(content, cancellationToken);
        await using var upload = await Inner.BeginUploadAsync(new UploadRequest(request.Target, request.Mode), cancellationToken);
        return await upload.CompleteAsync(new UploadPart(0, 0, content.ToArray()), cancellationToken);
    }
}

/// <summary>Copies over any existing file.</summary>
internal sealed class CopiesOverAnything(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) =>
        Inner.CopyAsync(request with { Mode = WriteMode.Replace }, cancellationToken);
}

/// <summary>Copies any version of the source.</summary>
internal sealed class CopiesAnyVersion(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) =>
        Inner.CopyAsync(request with { SourceIfMatch = null }, cancellationToken);
}

/// <summary>Copies by reference, so that the copy changes with its source.</summary>
internal sealed class CopiesByReference(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<StorePath, StorePath> _references = [];

    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var copy = await Inner.CopyAsync(request, cancellationToken);
        _references[request.Target] = request.Source;
        return copy;
    }

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        if (!_references.TryGetValue(request.Path, out var source) || await Inner.StatAsync(source, cancellationToken) is null)
            return await Inner.OpenReadAsync(request, cancellationToken);
        return await Inner.OpenReadAsync(request with { Path = source, IfMatch = null }, cancellationToken);
    }
}

/// <summary>Moves and leaves the source.</summary>
internal sealed class MovesAndLeavesTheSource(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => await Inner.CopyAsync(request, cancellationToken);
}

/// <summary>Moves over any existing file.</summary>
internal sealed class MovesOverAnything(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => Inner.MoveAsync(request with { Mode = WriteMode.Replace }, cancellationToken);
}

/// <summary>Removes the source before it checks that the target may be written.</summary>
internal sealed class MovesSourceFirst(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        await using var read = await Inner.OpenReadAsync(new ReadRequest(request.Source) { IfMatch = request.SourceIfMatch }, cancellationToken);
        var content = new MemoryStream();
        await read.Content.CopyToAsync(content, cancellationToken);
        await Inner.DeleteAsync(new DeleteRequest([new DeleteTarget(request.Source)]), cancellationToken);
        await using var upload = await Inner.BeginUploadAsync(
            new UploadRequest(request.Target, request.Mode) { ContentType = read.Info.ContentType, Metadata = read.Info.Metadata }, cancellationToken);
        await upload.CompleteAsync(new UploadPart(0, 0, content.ToArray()), cancellationToken);
    }
}

/// <summary>Moves by a copy and a delete, although it declares an atomic move: two callers can move the same file.</summary>
internal sealed class MovesInTwoSteps(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        await Inner.CopyAsync(request, cancellationToken);
        await Task.Delay(10, cancellationToken);
        await Inner.DeleteAsync(new DeleteRequest([new DeleteTarget(request.Source)]), cancellationToken);
    }
}

/// <summary>Empties the touched file.</summary>
internal sealed class TouchEmpties(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken)
    {
        await Inner.TouchAsync(path, cancellationToken);
        await using var upload = await Inner.BeginUploadAsync(new UploadRequest(path, WriteMode.Replace), cancellationToken);
        return await upload.CompleteAsync(default, cancellationToken);
    }
}

/// <summary>Does not touch the file and reports success.</summary>
internal sealed class TouchDoesNothing(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) =>
        await Inner.StatAsync(path, cancellationToken) ?? throw new StoreException(StoreErrorCode.NotFound, "it does not exist");
}
