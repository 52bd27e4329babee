using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Moves in two transactions, although it declares an atomic move: the first removes the source, and the second creates the target.</summary>
internal sealed class MovesInTwoTransactions(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        StorePath aside = $"aside-{Guid.NewGuid():N}";
        await Inner.MoveAsync(request with { Target = aside, Mode = WriteMode.CreateNew }, cancellationToken);
        await Task.Yield();
        try
        {
            await Inner.MoveAsync(request with { Source = aside, SourceIfMatch = null }, cancellationToken);
        }
        catch (StoreException)
        {
            await Inner.MoveAsync(new CopyRequest(aside, request.Source, WriteMode.CreateNew), CancellationToken.None);
            throw;
        }
    }
}

/// <summary>Moves any version of the source.</summary>
internal sealed class MovesAnySource(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => Inner.MoveAsync(request with { SourceIfMatch = null }, cancellationToken);
}

/// <summary>Checks the condition of a copy, yields to other writers, and then copies over any existing file.</summary>
internal sealed class ChecksThenCopies(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        await Looks.AtTheTargetAsync(Inner, request, cancellationToken);
        return await Inner.CopyAsync(request with { Mode = WriteMode.Replace }, cancellationToken);
    }
}

/// <summary>Checks the condition of a move, yields to other writers, and then moves over any existing file.</summary>
internal sealed class ChecksThenMoves(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        await Looks.AtTheTargetAsync(Inner, request, cancellationToken);
        await Inner.MoveAsync(request with { Mode = WriteMode.Replace }, cancellationToken);
    }
}

/// <summary>Publishes again when it is completed again, and overwrites newer content.</summary>
internal sealed class PublishesAgain(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken), Inner, request);

    private sealed class Upload(StoreUpload inner, StoreDriver driver, UploadRequest request) : DelegatingStoreUpload(inner)
    {
        private StoreEntry? _published;
        private byte[] _content = [];

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            if (_published is null)
            {
                _published = await Inner.CompleteAsync(last, cancellationToken);
                await using var read = await driver.OpenReadAsync(new ReadRequest(request.Path), cancellationToken);
                using var content = new MemoryStream();
                await read.Content.CopyToAsync(content, cancellationToken);
                _content = content.ToArray();
            }
            else if ((await driver.StatAsync(request.Path, cancellationToken))?.ETag != _published.ETag)
            {
                await using var again = await driver.BeginUploadAsync(request with { Mode = WriteMode.Replace }, cancellationToken);
                _published = await again.CompleteAsync(new UploadPart(0, 0, _content), cancellationToken);
            }
            return _published;
        }
    }
}

/// <summary>Assumes that parts arrive one after another: it seeks and writes in one stream without a lock.</summary>
internal sealed class SeeksWithoutALock(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request, cancellationToken));

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        private readonly byte[] _content = new byte[64 << 20];
        private long _position, _end;

        public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            _position = part.Offset;
            for (var at = 0; at < part.Data.Length; at += 4096)
            {
                var piece = part.Data.Slice(at, Math.Min(4096, part.Data.Length - at)).Span;
                piece.CopyTo(_content.AsSpan((int)_position));
                _position += piece.Length;
                // The disk takes its time.
                if (at % (256 << 10) == 0)
                    Thread.Sleep(1);
            }
            _end = Math.Max(_end, part.Offset + part.Data.Length);
            return ValueTask.CompletedTask;
        }

        public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            WritePartAsync(last, cancellationToken);
            return Inner.CompleteAsync(new UploadPart(0, 0, _content.AsMemory(0, (int)_end)), cancellationToken);
        }
    }
}

/// <summary>What a driver does that looks first.</summary>
internal static class Looks
{
    public static async Task AtTheTargetAsync(StoreDriver driver, CopyRequest request, CancellationToken cancellationToken)
    {
        var there = await driver.StatAsync(request.Target, cancellationToken);
        if (request.Mode.Kind == WriteModes.CreateNew && there is not null)
            throw new StoreException(StoreErrorCode.AlreadyExists, "a file is already there");
        if (request.Mode.Kind == WriteModes.Match && there?.ETag != request.Mode.ETag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, "another version is there");
        await Task.Yield();
    }
}
