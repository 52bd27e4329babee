using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Writes over a version that is gone as if it were there.</summary>
internal sealed class MatchesWhatIsGone(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        request.Mode.Kind == WriteModes.Match && await Inner.StatAsync(request.Path, cancellationToken) is null
            ? await Inner.BeginUploadAsync(request with { Mode = WriteMode.CreateNew }, cancellationToken)
            : await Inner.BeginUploadAsync(request, cancellationToken);
}

/// <summary>Looks at the version when the write begins, and not when it is published.</summary>
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

/// <summary>Says that something is there already when a version does not match.</summary>
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

/// <summary>Takes an empty last part for the sign that the part before it is the last, and drops that.</summary>
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

/// <summary>Keeps the content type and metadata of the old version where the new one has none.</summary>
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

/// <summary>Answers a write with the version that was there before it.</summary>
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

/// <summary>Publishes first and looks at the token then.</summary>
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

/// <summary>Takes the other uploads of a file for garbage once one of them is complete.</summary>
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

/// <summary>Cannot complete a second time after a success, as when only the answer was lost.</summary>
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

/// <summary>Assumes that every part but the last has the size that it asked for, although it accepts any size.</summary>
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
