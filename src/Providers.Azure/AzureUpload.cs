using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>A write: one Put Blob for content of one part; otherwise, staged blocks and a block list whose commit has the condition.</summary>
/// <remarks>
/// The service has no abort operation. Uncommitted blocks are invisible, and are dropped a week after the last one or when any writer publishes the blob.
/// </remarks>
internal sealed class AzureUpload : StoreUpload
{
    /// <summary>The maximum number of blocks in a block list.</summary>
    public const int MostBlocks = 50_000;

    private const int BlocksPerDoubling = 2_500;

    /// <summary>The maximum length of a memory block. The service accepts 4,000 MiB.</summary>
    private const int LargestBlock = int.MaxValue & ~0xFFFF;

    /// <summary>
    /// The length of decoded block names. It must be equal for all blocks of a blob, including those of other writers: this is the length that the SDK uses.
    /// </summary>
    private const int BlockIdLength = 48;

    private readonly AzureDriver _driver;
    private readonly UploadRequest _request;
    private readonly AzureWriteId _writeId;
    private readonly byte[] _uploadId = RandomNumberGenerator.GetBytes(16);
    private readonly SortedDictionary<int, (uint Crc, int Length)> _blocks = [];
    private StoreEntry? _published;

    public AzureUpload(AzureDriver driver, UploadRequest request) =>
        (_driver, _request, _writeId) = (driver, request, new(driver, request.Path, request.Mode));

    public override int MaxParallelParts => _driver.Options.Parallelism;

    /// <summary>With a known length, a size that distributes it over 50,000 blocks; otherwise, a size that doubles every 2,500 blocks.</summary>
    public override int GetPartSize(int number)
    {
        long least = _driver.Options.PartSize;
        if (_request.Length is { } length)
            return (int)Math.Min(LargestBlock, Math.Max(least, (length + MostBlocks - 1) / MostBlocks));
        return (int)Math.Min(LargestBlock, least << Math.Min(number / BlocksPerDoubling, 31));
    }

    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        var message = _driver.Requests.Create(RequestMethod.Put, Url, ("comp", "block"), ("blockid", BlockId(part.Number)));
        _driver.Requests.SetEncryption(message);
        _driver.Requests.SetBody(message, part.Data);
        var crc = Crc32C.Compute(part.Data.Span);
        await _driver.Requests.SendAsync(message, cancellationToken).ConfigureAwait(false);
        lock (_blocks)
            _blocks[part.Number] = (crc, part.Data.Length);
    }

    public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) =>
        _published ??= await PublishAsync(last, cancellationToken).ConfigureAwait(false);

    /// <summary>There is nothing to abort.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Uri Url => _driver.Keys.UrlOf(_request.Path);

    private async ValueTask<StoreEntry> PublishAsync(UploadPart last, CancellationToken cancellationToken)
    {
        try
        {
            if (_blocks.Count == 0)
                return await PutAsync(last, cancellationToken).ConfigureAwait(false);
            if (!last.Data.IsEmpty)
                await WritePartAsync(last, cancellationToken).ConfigureAwait(false);
            return await CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (_writeId.MayBeOwnSuccess(e))
        {
            var (there, isOwn) = await _writeId.LookAsync(e, cancellationToken).ConfigureAwait(false);
            if (isOwn)
                return there!.Info;
            // If a blob has only uncommitted blocks, Azurite refuses to put a new blob but commits a block list.
            if (there is null && _blocks.Count == 0 && _request.Mode == WriteMode.CreateNew)
                return await PutAsBlockAsync(last, cancellationToken).ConfigureAwait(false);
            throw _writeId.Refusal(e);
        }
    }

    private async ValueTask<StoreEntry> PutAsync(UploadPart only, CancellationToken cancellationToken)
    {
        var crc = Crc32C.Compute(only.Data.Span);
        var message = _driver.Requests.Create(RequestMethod.Put, Url);
        message.Request.Headers.Add("x-ms-blob-type", "BlockBlob");
        _driver.Requests.SetBody(message, only.Data);
        return await PublishAsync(message, crc, only.Data.Length, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<StoreEntry> PutAsBlockAsync(UploadPart only, CancellationToken cancellationToken)
    {
        try
        {
            if (!only.Data.IsEmpty)
                await WritePartAsync(only, cancellationToken).ConfigureAwait(false);
            return await CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (_writeId.MayBeOwnSuccess(e))
        {
            var (there, isOwn) = await _writeId.LookAsync(e, cancellationToken).ConfigureAwait(false);
            return isOwn ? there!.Info : throw _writeId.Refusal(e);
        }
    }

    private async ValueTask<StoreEntry> CommitAsync(CancellationToken cancellationToken)
    {
        var (crc, length) = (0u, 0L);
        var list = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
        foreach (var (number, block) in _blocks)
        {
            (crc, length) = (Crc32C.Combine(crc, block.Crc, block.Length), length + block.Length);
            // Not "Uncommitted": when an answer was lost and the request is sent again, the blocks are committed already.
            list.Append("<Latest>").Append(BlockId(number)).Append("</Latest>");
        }
        var message = _driver.Requests.Create(RequestMethod.Put, Url, ("comp", "blocklist"));
        message.Request.Headers.Add("Content-Type", "application/xml");
        _driver.Requests.SetBody(message, Encoding.UTF8.GetBytes(list.Append("</BlockList>").ToString()));
        return await PublishAsync(message, crc, length, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<StoreEntry> PublishAsync(HttpMessage message, uint crc, long length, CancellationToken cancellationToken)
    {
        _driver.Requests.SetProperties(message, _request.ContentType, _request.Metadata, _writeId.Value, crc);
        AzureRequests.SetMode(message, _request.Mode);
        var head = new AzureHead(_request.Path, await _driver.Requests.SendAsync(message, cancellationToken).ConfigureAwait(false));
        return new()
        {
            Path = _request.Path,
            Length = length,
            ETag = head.Info.ETag,
            Modified = head.Info.Modified,
            ContentType = _request.ContentType,
            Metadata = _request.Metadata,
            Checksum = new("crc32c", crc.ToString("x8", System.Globalization.CultureInfo.InvariantCulture)),
        };
    }

    private string BlockId(int number)
    {
        Span<byte> id = stackalloc byte[BlockIdLength];
        id.Clear();
        _uploadId.CopyTo(id);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(id[^sizeof(int)..], number);
        return Convert.ToBase64String(id);
    }
}
