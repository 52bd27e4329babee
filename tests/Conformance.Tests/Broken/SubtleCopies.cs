using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Returns the facts of the source after a copy.</summary>
internal sealed class AnswersACopyWithItsSource(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var source = await Inner.StatAsync(request.Source, cancellationToken);
        var copy = await Inner.CopyAsync(request, cancellationToken);
        return source?.At(request.Target) ?? copy;
    }
}

/// <summary>Merges the attributes of the source into those of the existing target.</summary>
internal sealed class CopiesIntoTheOldAttributes(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var old = await Inner.StatAsync(request.Target, cancellationToken);
        var copy = await Inner.CopyAsync(request, cancellationToken);
        if (old is null || (copy.ContentType is not null && copy.Metadata.Count > 0))
            return copy;
        await using var read = await Inner.OpenReadAsync(new ReadRequest(request.Target), cancellationToken);
        var content = new MemoryStream();
        await read.Content.CopyToAsync(content, cancellationToken);
        await using var upload = await Inner.BeginUploadAsync(
            new UploadRequest(request.Target, WriteMode.Replace)
            {
                ContentType = copy.ContentType ?? old.ContentType,
                Metadata = old.Metadata.Concat(copy.Metadata).GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value),
            },
            cancellationToken);
        return await upload.CompleteAsync(new UploadPart(0, 0, content.ToArray()), cancellationToken);
    }
}

/// <summary>Moves the bytes and no attributes.</summary>
internal sealed class MovesWithoutAttributes(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        await Inner.MoveAsync(request, cancellationToken);
        await using var read = await Inner.OpenReadAsync(new ReadRequest(request.Target), cancellationToken);
        var content = new MemoryStream();
        await read.Content.CopyToAsync(content, cancellationToken);
        await using var upload = await Inner.BeginUploadAsync(new UploadRequest(request.Target, WriteMode.Replace), cancellationToken);
        await upload.CompleteAsync(new UploadPart(0, 0, content.ToArray()), cancellationToken);
    }
}

/// <summary>Moves over any version despite a version condition.</summary>
internal sealed class MovesOverAnyVersion(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) =>
        Inner.MoveAsync(request.Mode.Kind == WriteModes.Match ? request with { Mode = WriteMode.Replace } : request, cancellationToken);
}

/// <summary>Copies over any version despite a version condition.</summary>
internal sealed class CopiesOverAnyVersion(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) =>
        Inner.CopyAsync(request.Mode.Kind == WriteModes.Match ? request with { Mode = WriteMode.Replace } : request, cancellationToken);
}

/// <summary>Reports success for the move of a missing file.</summary>
internal sealed class MovesWhatIsMissing(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        if (await Inner.StatAsync(request.Source, cancellationToken) is not null)
            await Inner.MoveAsync(request, cancellationToken);
    }
}

/// <summary>Copies only the first megabyte.</summary>
internal sealed class CopiesTheFirstMegabyte(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private const int Most = 1 << 20;

    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var copy = await Inner.CopyAsync(request, cancellationToken);
        if (copy.Length <= Most)
            return copy;
        await using var read = await Inner.OpenReadAsync(new ReadRequest(request.Target), cancellationToken);
        var content = new byte[Most];
        await read.Content.ReadExactlyAsync(content, cancellationToken);
        await using var upload = await Inner.BeginUploadAsync(
            new UploadRequest(request.Target, WriteMode.Replace) { ContentType = copy.ContentType, Metadata = copy.Metadata },
            cancellationToken);
        return await upload.CompleteAsync(new UploadPart(0, 0, content), cancellationToken);
    }
}

/// <summary>Loses the content type and metadata of a touched file.</summary>
internal sealed class TouchLosesAttributes(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken)
    {
        await using var read = await Inner.OpenReadAsync(new ReadRequest(path), cancellationToken);
        var content = new MemoryStream();
        await read.Content.CopyToAsync(content, cancellationToken);
        await using var upload = await Inner.BeginUploadAsync(new UploadRequest(path, WriteMode.Replace), cancellationToken);
        return await upload.CompleteAsync(new UploadPart(0, 0, content.ToArray()), cancellationToken);
    }
}

/// <summary>Creates a missing file on touch.</summary>
internal sealed class TouchMakesFiles(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (await Inner.StatAsync(path, cancellationToken) is not null)
            return await Inner.TouchAsync(path, cancellationToken);
        await using var upload = await Inner.BeginUploadAsync(new UploadRequest(path, WriteMode.Replace), cancellationToken);
        return await upload.CompleteAsync(new UploadPart(0, 0, default), cancellationToken);
    }
}
