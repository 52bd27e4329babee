using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Finds a file by a prefix of its name.</summary>
internal sealed class FindsByPrefix(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (await Inner.StatAsync(path, cancellationToken) is { } info)
            return info;
        await foreach (var page in Inner.ListAsync(new ListRequest(path.Parent, Recursive: false) { NamePrefix = path.Name }, cancellationToken))
        {
            if (page.FirstOrDefault(e => e.IsFile) is { } alike)
                return alike;
        }
        return null;
    }
}

/// <summary>Fails for a missing file instead of reporting that it is missing.</summary>
internal sealed class FailsOnMissing(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        await Inner.StatAsync(path, cancellationToken) ?? throw new InvalidDataException("404");
}

/// <summary>Caches the facts of a path forever.</summary>
internal sealed class RemembersFacts(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<StorePath, StoreEntry> _seen = [];

    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (_seen.TryGetValue(path, out var seen))
            return seen;
        var info = await Inner.StatAsync(path, cancellationToken);
        if (info is not null)
            _seen[path] = info;
        return info;
    }
}

/// <summary>Derives versions from length and second, as a naive file store does.</summary>
internal sealed class NamesVersionsByLength(StoreDriver inner) : BrokenUploads(inner)
{
    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        await Inner.StatAsync(path, cancellationToken) is { } info ? Coarse(info) : null;

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await Inner.OpenReadAsync(request with { IfMatch = null }, cancellationToken);
        var info = Coarse(read.Info);
        if (request.IfMatch is not { } etag || etag == info.ETag)
            return new StoreRead(info, read.Content, read);
        await read.DisposeAsync();
        throw new StoreException(StoreErrorCode.PreconditionFailed, "it has changed");
    }

    protected override UploadRequest Change(UploadRequest request) => request.Mode.Kind == WriteModes.Match ? request with { Mode = WriteMode.Replace } : request;

    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload, this, request);

    private static StoreEntry Coarse(StoreEntry info) => new()
    {
        Path = info.Path,
        Kind = info.Kind,
        Length = info.Length,
        ETag = $"\"{info.Length}-{info.Modified?.ToUnixTimeSeconds() / 60}\"",
        Modified = info.Modified,
        ContentType = info.ContentType,
        Metadata = info.Metadata,
        Checksum = info.Checksum,
    };

    private sealed class Upload(StoreUpload inner, NamesVersionsByLength driver, UploadRequest request) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            if (request.Mode.Kind == WriteModes.Match && (await driver.StatAsync(request.Path, cancellationToken))?.ETag != request.Mode.ETag)
                throw new StoreException(StoreErrorCode.PreconditionFailed, "it has changed");
            return Coarse(await base.CompleteAsync(last, cancellationToken));
        }
    }
}

/// <summary>Reports the checksum of other content.</summary>
internal sealed class SaysAWrongChecksum(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        var info = await Inner.StatAsync(path, cancellationToken);
        return info is not { IsFile: true } ? info : new()
        {
            Path = info.Path,
            Length = info.Length,
            ETag = info.ETag,
            Modified = info.Modified,
            ContentType = info.ContentType,
            Metadata = info.Metadata,
            Checksum = new Checksum(Checksum.Sha256, new string('0', 64)),
        };
    }
}

/// <summary>Creates a marker for each parent of each file, and so leaves empty directories behind.</summary>
internal sealed class GhostsDirectories(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload, this, request);

    private sealed class Upload(StoreUpload inner, GhostsDirectories driver, UploadRequest request) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            for (var parent = request.Path.Parent; !parent.IsRoot; parent = parent.Parent)
                await driver.Sound.MakeDirectoryAsync(parent, cancellationToken);
            return await base.CompleteAsync(last, cancellationToken);
        }
    }
}

/// <summary>Creates no directory and reports success.</summary>
internal sealed class MakesNoDirectories(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>Empties a directory that it is asked to create.</summary>
internal sealed class EmptiesDirectories(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        var all = new List<DeleteTarget>();
        await foreach (var page in Inner.ListAsync(new ListRequest(path, Recursive: true), cancellationToken))
            all.AddRange(page.Select(e => new DeleteTarget(e.Path, e.Kind)));
        await Inner.DeleteAsync(new DeleteRequest(all), cancellationToken);
        await Inner.MakeDirectoryAsync(path, cancellationToken);
    }
}

/// <summary>Declares presigned URLs and creates none.</summary>
internal sealed class DeclaresPresigning(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override StoreCapabilities Capabilities => Inner.Capabilities with { Presign = true };
}

/// <summary>Declares staging and lists no staged uploads.</summary>
internal sealed class HidesStaged(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }
}

/// <summary>Classifies no failure.</summary>
internal sealed class ClassifiesNothing(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await Inner.OpenReadAsync(request, cancellationToken);
        }
        catch (StoreException e)
        {
            throw new InvalidOperationException("HTTP 4xx", e);
        }
    }

    public override StoreFault Classify(Exception exception) => new(StoreErrorCode.Unknown, "it failed");
}

/// <summary>Reports a cancellation as a failure.</summary>
internal sealed class WrapsCancellation(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken));

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            try
            {
                await base.WritePartAsync(part, cancellationToken);
            }
            catch (OperationCanceledException e)
            {
                throw new StoreException(StoreErrorCode.Unavailable, "the connection broke", e);
            }
        }

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            try
            {
                return await base.CompleteAsync(last, cancellationToken);
            }
            catch (OperationCanceledException e)
            {
                throw new StoreException(StoreErrorCode.Unavailable, "the connection broke", e);
            }
        }
    }
}

/// <summary>Ignores the token once an operation has begun.</summary>
internal sealed class IgnoresCancellation(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => Inner.StatAsync(path, CancellationToken.None);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) => Inner.OpenReadAsync(request, CancellationToken.None);

    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, CancellationToken.None));

    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        Inner.ListAsync(request, CancellationToken.None);

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) => Inner.DeleteAsync(request, CancellationToken.None);

    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) => Inner.CopyAsync(request, CancellationToken.None);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken) => base.WritePartAsync(part, CancellationToken.None);

        public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) => base.CompleteAsync(last, CancellationToken.None);
    }
}

/// <summary>Returns an empty listing for a container that does not exist.</summary>
internal sealed class ListsAMissingContainer(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(
        ListRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var pages = Inner.ListAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await pages.MoveNextAsync())
                    yield break;
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
            {
                yield break;
            }
            yield return pages.Current;
        }
    }
}
