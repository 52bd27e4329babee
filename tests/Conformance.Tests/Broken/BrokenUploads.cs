using System.Collections.Concurrent;
using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>A driver whose uploads are broken in the way that <see cref="Wrap"/> says.</summary>
internal abstract class BrokenUploads(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public StoreDriver Sound => Inner;

    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        Wrap(await Inner.BeginUploadAsync(Change(request), cancellationToken), request);

    protected virtual UploadRequest Change(UploadRequest request) => request;

    protected virtual StoreUpload Wrap(StoreUpload upload, UploadRequest request) => upload;
}

/// <summary>Disposing a half-written stream publishes it.</summary>
internal sealed class PublishesOnDispose(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        private int _parts;
        private long _length;
        private bool _completed;

        public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _parts);
            Interlocked.Add(ref _length, part.Data.Length);
            return base.WritePartAsync(part, cancellationToken);
        }

        public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            _completed = true;
            return base.CompleteAsync(last, cancellationToken);
        }

        public override async ValueTask DisposeAsync()
        {
            if (!_completed)
                await CompleteAsync(new UploadPart(_parts, _length, ReadOnlyMemory<byte>.Empty), CancellationToken.None);
            await base.DisposeAsync();
        }
    }
}

/// <summary>Creates a file over an existing one.</summary>
internal sealed class IgnoresCreateNew(StoreDriver inner) : BrokenUploads(inner)
{
    protected override UploadRequest Change(UploadRequest request) => request.Mode.Kind == WriteModes.CreateNew ? request with { Mode = WriteMode.Replace } : request;
}

/// <summary>Overwrites any version.</summary>
internal sealed class IgnoresMatch(StoreDriver inner) : BrokenUploads(inner)
{
    protected override UploadRequest Change(UploadRequest request) => request.Mode.Kind == WriteModes.Match ? request with { Mode = WriteMode.Replace } : request;
}

/// <summary>Checks the condition, yields to other writers, and then overwrites any version.</summary>
internal sealed class ChecksThenActs(StoreDriver inner) : BrokenUploads(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(await Inner.BeginUploadAsync(request with { Mode = WriteMode.Replace }, cancellationToken), this, request);

    private sealed class Upload(StoreUpload inner, ChecksThenActs driver, UploadRequest request) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            var etag = (await driver.Sound.StatAsync(request.Path, cancellationToken))?.ETag;
            if (request.Mode.Kind == WriteModes.CreateNew && etag is not null)
                throw new StoreException(StoreErrorCode.AlreadyExists, "it is there");
            if (request.Mode.Kind == WriteModes.Match && etag != request.Mode.ETag)
                throw new StoreException(StoreErrorCode.PreconditionFailed, "it has changed");
            await Task.Delay(10, cancellationToken);
            return await base.CompleteAsync(last, cancellationToken);
        }
    }
}

/// <summary>Loses the last byte of the written content.</summary>
internal sealed class Truncates(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) =>
            base.CompleteAsync(last.Data.IsEmpty ? last : last with { Data = last.Data[..^1] }, cancellationToken);
    }
}

/// <summary>Joins parts in the order in which they arrive.</summary>
internal sealed class JoinsPartsAsTheyArrive(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        private readonly Lock _lock = new();
        private int _parts;
        private long _length;

        public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken) => base.WritePartAsync(Next(part), cancellationToken);

        public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) => base.CompleteAsync(Next(last), cancellationToken);

        private UploadPart Next(UploadPart part)
        {
            lock (_lock)
            {
                var next = part with { Number = _parts++, Offset = _length };
                _length += part.Data.Length;
                return next;
            }
        }
    }
}

/// <summary>Keeps a part's memory for later, although it belongs to the caller again.</summary>
internal sealed class KeepsTheCallersMemory(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        private readonly ConcurrentQueue<UploadPart> _kept = [];

        public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            _kept.Enqueue(part);
            return ValueTask.CompletedTask;
        }

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            while (_kept.TryDequeue(out var part))
                await base.WritePartAsync(part, cancellationToken);
            return await base.CompleteAsync(last, cancellationToken);
        }
    }
}

/// <summary>Shows each part as it arrives.</summary>
internal sealed class ShowsPartsEarly(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload, this, request);

    private sealed class Upload(StoreUpload inner, ShowsPartsEarly driver, UploadRequest request) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            await base.WritePartAsync(part, cancellationToken);
            await using var early = await driver.Sound.BeginUploadAsync(request with { Mode = WriteMode.Replace }, cancellationToken);
            await early.CompleteAsync(part with { Number = 0, Offset = 0 }, cancellationToken);
        }
    }
}

/// <summary>Removes the old content before the new content is complete.</summary>
internal sealed class RemovesTheOldFirst(StoreDriver inner) : BrokenUploads(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        if (request.Mode.Kind == WriteModes.Replace)
            await Inner.DeleteAsync(new DeleteRequest([new DeleteTarget(request.Path)]), cancellationToken);
        return await base.BeginUploadAsync(request, cancellationToken);
    }
}

/// <summary>Leaves the bytes of an abandoned upload behind.</summary>
internal sealed class LeavesStagedBytes(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>Throws on disposal and so hides the original exception.</summary>
internal sealed class ThrowsOnDispose(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        private bool _completed;

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            var info = await base.CompleteAsync(last, cancellationToken);
            _completed = true;
            return info;
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (!_completed)
                throw new InvalidOperationException("The upload was not complete.");
        }
    }
}

/// <summary>Loses the user's metadata.</summary>
internal sealed class LosesMetadata(StoreDriver inner) : BrokenUploads(inner)
{
    protected override UploadRequest Change(UploadRequest request) => request with { Metadata = new Dictionary<string, string>() };
}

/// <summary>Guesses the content type from the name.</summary>
internal sealed class GuessesContentType(StoreDriver inner) : BrokenUploads(inner)
{
    protected override UploadRequest Change(UploadRequest request) => request with { ContentType = "application/octet-stream" };
}

/// <summary>Reports a version that the file does not have.</summary>
internal sealed class SaysTheWrongVersion(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            var info = await base.CompleteAsync(last, cancellationToken);
            return new() { Path = info.Path, Length = info.Length, ETag = "\"0\"", Modified = info.Modified };
        }
    }
}

/// <summary>Has one staging area per path, which two writers of the same file share.</summary>
internal sealed class SharesStaging(StoreDriver inner) : BrokenUploads(inner)
{
    private readonly ConcurrentDictionary<StorePath, (ConcurrentDictionary<int, byte[]> Parts, int Users)> _staging = [];

    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request)
    {
        var staging = _staging.AddOrUpdate(request.Path, _ => ([], 1), (_, s) => (s.Parts, s.Users + 1));
        return new Upload(upload, staging.Parts, () =>
        {
            if (_staging.AddOrUpdate(request.Path, _ => ([], 0), (_, s) => (s.Parts, s.Users - 1)).Users <= 0)
                _staging.TryRemove(request.Path, out _);
        });
    }

    private sealed class Upload(StoreUpload inner, ConcurrentDictionary<int, byte[]> parts, Action release) : DelegatingStoreUpload(inner)
    {
        private bool _released;

        public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            parts[part.Number] = part.Data.ToArray();
            return ValueTask.CompletedTask;
        }

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            long offset = 0;
            for (var number = 0; number < last.Number; number++)
            {
                await base.WritePartAsync(new UploadPart(number, offset, parts[number]), cancellationToken);
                offset += parts[number].Length;
            }
            return await base.CompleteAsync(last with { Offset = offset }, cancellationToken);
        }

        public override ValueTask DisposeAsync()
        {
            if (!_released)
                release();
            _released = true;
            return base.DisposeAsync();
        }
    }
}

/// <summary>Keeps all written content in memory until the upload ends.</summary>
internal sealed class KeepsEverythingInMemory(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        private readonly ConcurrentQueue<byte[]> _kept = [];

        public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            _kept.Enqueue(part.Data.ToArray());
            _kept.Enqueue(part.Data.ToArray());
            return base.WritePartAsync(part, cancellationToken);
        }
    }
}

/// <summary>Reports the announced length instead of the written length.</summary>
internal sealed class TrustsTheLength(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload, request);

    private sealed class Upload(StoreUpload inner, UploadRequest request) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            var info = await base.CompleteAsync(last, cancellationToken);
            return new() { Path = info.Path, Length = request.Length ?? 0, ETag = info.ETag, Modified = info.Modified, Checksum = info.Checksum };
        }
    }
}

/// <summary>Cannot write empty files.</summary>
internal sealed class RefusesEmptyFiles(StoreDriver inner) : BrokenUploads(inner)
{
    protected override StoreUpload Wrap(StoreUpload upload, UploadRequest request) => new Upload(upload);

    private sealed class Upload(StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) =>
            last is { Number: 0, Data.IsEmpty: true } ? throw new ArgumentException("There is nothing to write.") : base.CompleteAsync(last, cancellationToken);
    }
}
