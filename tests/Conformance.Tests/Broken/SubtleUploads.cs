using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Accepts a version condition for a file that no longer exists.</summary>
internal sealed class MatchesWhatIsGone(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        request.Mode.Kind == WriteModes.Match && await Inner.StatAsync(request.Path, cancellationToken) is null
            ? await Inner.BeginUploadAsync(request with { Mode = WriteMode.CreateNew }, cancellationToken)
            : await Inner.BeginUploadAsync(request, cancellationToken);
}

/// <summary>Checks the version when the write begins instead of when it is published.</summary>
internal sealed class ChecksTheVersionAtTheBeginning(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        if (request.Mode.Kind != WriteModes.Match)
            return await Inner.BeginUploadAsync(request, cancellationToken);
        if ((await Inner.StatAsync(request.Path, cancellationToken))?.ETag != request.Mode.ETag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, "another version is there");
        return await Inner.BeginUploadAsync(request with { Mode = WriteMode.Replace }, cancellationToken);
    }
}

/// <summary>Reports that the file already exists when its version does not match.</summary>
internal sealed class MistakesTheCondition(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return new Upload(await Inner.BeginUploadAsync(request, cancellationToken));
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.PreconditionFailed)
        {
            throw new StoreException(StoreErrorCode.AlreadyExists, "a file is already there");
        }
    }

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            try
            {
                return await Inner.CompleteAsync(last, cancellationToken);
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.PreconditionFailed)
            {
                throw new StoreException(StoreErrorCode.AlreadyExists, "a file is already there");
            }
        }
    }
}

/// <summary>Drops the part before an empty last part.</summary>
internal sealed class DropsThePartBeforeAnEmptyOne(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken));

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        private readonly SortedDictionary<int, UploadPart> _parts = [];

        public override int MaxParallelParts => 1;

        public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            if (part.Number > 0)
                await Inner.WritePartAsync(_parts[part.Number - 1], cancellationToken);
            _parts[part.Number] = part with { Data = part.Data.ToArray() };
        }

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            if (last.Number > 0 && last.Data.IsEmpty)
                return await Inner.CompleteAsync(_parts[last.Number - 1] with { Data = default }, cancellationToken);
            if (last.Number > 0)
                await Inner.WritePartAsync(_parts[last.Number - 1], cancellationToken);
            return await Inner.CompleteAsync(last, cancellationToken);
        }
    }
}

/// <summary>Keeps the content type and metadata of the old version if the new version has none.</summary>
internal sealed class InheritsAttributes(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        var old = await Inner.StatAsync(request.Path, cancellationToken);
        return await Inner.BeginUploadAsync(
            request with
            {
                ContentType = request.ContentType ?? old?.ContentType,
                Metadata = request.Metadata.Count == 0 && old is not null ? old.Metadata : request.Metadata,
            },
            cancellationToken);
    }
}

/// <summary>Cuts the parameters off a content type.</summary>
internal sealed class CutsContentTypeParameters(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        Inner.BeginUploadAsync(request with { ContentType = request.ContentType?.Split(';')[0] }, cancellationToken);
}

/// <summary>Returns the previous version after a write.</summary>
internal sealed class AnswersWithTheOldVersion(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken), await Inner.StatAsync(request.Path, cancellationToken));

    private sealed class Upload(StoreUpload inner, StoreEntry? old) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            var info = await Inner.CompleteAsync(last, cancellationToken);
            return old is null ? info : new StoreEntry { Path = info.Path, Length = info.Length, ETag = old.ETag, Modified = info.Modified, ContentType = info.ContentType, Metadata = info.Metadata };
        }
    }
}

/// <summary>Publishes before it checks the token.</summary>
internal sealed class PublishesBeforeItLooksAtTheToken(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken));

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            var info = await Inner.CompleteAsync(last, CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return info;
        }
    }
}

/// <summary>Removes the other uploads of a file when one of them completes.</summary>
internal sealed class CompletionRemovesTheOthers(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken), Inner, request.Path);

    private sealed class Upload(StoreUpload inner, StoreDriver driver, StorePath path) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            var info = await Inner.CompleteAsync(last, cancellationToken);
            await foreach (var staged in driver.ListStagedAsync(cancellationToken))
            {
                if (staged.Path == path)
                    await driver.RemoveStagedAsync(staged, cancellationToken);
            }
            return info;
        }
    }
}

/// <summary>Fails when it is completed again after a success, as when only the response was lost.</summary>
internal sealed class CannotCompleteAgain(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken));

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        private bool _done;

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            if (_done)
                throw new StoreException(StoreErrorCode.AlreadyExists, "a file is already there");
            var info = await Inner.CompleteAsync(last, cancellationToken);
            _done = true;
            return info;
        }
    }
}

/// <summary>Assumes that every part except the last has the requested size, although it accepts any size.</summary>
internal sealed class PlacesPartsByNumber(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken));

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        private const int Growth = 1 << 16;

        public override bool AcceptsAnyPartSize => false;

        public override int GetPartSize(int number) => Inner.GetPartSize(number) + (number * Growth);

        public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken) =>
            Inner.WritePartAsync(part with { Offset = (long)part.Number * Inner.GetPartSize(0), Data = part.Data[..Math.Min(part.Data.Length, Inner.GetPartSize(0))] }, cancellationToken);
    }
}
