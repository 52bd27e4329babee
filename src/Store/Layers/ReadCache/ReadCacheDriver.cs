using System.Collections.Concurrent;
using Cairn.Durable;
using Cairn.Providers;
using Microsoft.Extensions.Logging;

namespace Cairn.Layers;

/// <summary>Caches content that was read in a folder on the local disk, and reads it from there while the store has the same version.</summary>
internal sealed class ReadCacheDriver : DelegatingStoreDriver
{
    private readonly CacheFolder? _folder;
    private readonly ConcurrentDictionary<CacheKey, bool> _filling = new();
    private readonly ILogger _logger;

    /// <summary>Initializes the layer and creates the folder. If that fails, the reason is logged and the layer passes all calls through.</summary>
    /// <param name="inner">The inner driver, which the layer owns.</param>
    /// <param name="options">The location and size of the cache.</param>
    /// <param name="context">The clock and the logger factory.</param>
    /// <exception cref="ArgumentException">The directory is missing, or the size is not greater than 0.</exception>
    public ReadCacheDriver(StoreDriver inner, ReadCacheOptions options, LayerContext? context = null)
        : this(inner, options, context, DurableDisk.Local)
    {
    }

    internal ReadCacheDriver(StoreDriver inner, ReadCacheOptions options, LayerContext? context, DurableDisk disk)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        context ??= LayerContext.Default;
        _logger = context.LoggerFactory.CreateLogger<ReadCacheDriver>();
        _folder = CacheFolder.Open(options, context.TimeProvider, _logger, disk);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_folder is null)
            return await PassAsync(request, cancellationToken).ConfigureAwait(false);
        var info = await Inner.StatAsync(request.Path, cancellationToken).ConfigureAwait(false);
        // What is missing, a directory, or not in the version that was asked for is the store's to refuse.
        if (info is not { IsFile: true, ETag: { } etag } || (request.IfMatch is { } match && match != etag))
            return await PassAsync(request, cancellationToken).ConfigureAwait(false);
        if (TryOpen(request.Path, etag, info.Length) is { } content)
        {
            try
            {
                request.Range.LengthIn(info.Length);
                content.Position = request.Range.Offset;
            }
            catch (StoreException)
            {
                await content.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            return new(info, content);
        }
        return await ReadThroughAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<StoreRead> ReadThroughAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await Inner.OpenReadAsync(request, cancellationToken).ConfigureAwait(false);
        // The version that is read now, which may be newer than the one that was looked at.
        var isWhole = request.Range.Offset == 0 && (request.Range.Length ?? long.MaxValue) >= read.Info.Length;
        if (!isWhole || read.Info.ETag is not { } etag)
        {
            Count("bypass");
            return read;
        }
        Count("miss");
        var key = CacheKey.Of(Root, request.Path, etag);
        if (!_filling.TryAdd(key, true))
            return read;
        if (_folder!.TryCreate(key, read.Info.Length) is { } partial)
            return new(read.Info, new CacheFillStream(read.Content, partial, key, read.Info.Length, _folder, _logger, () => _filling.TryRemove(key, out _)), read);
        _filling.TryRemove(key, out _);
        return read;
    }

    private CachedReadStream? TryOpen(StorePath path, string etag, long length)
    {
        var key = CacheKey.Of(Root, path, etag);
        if (_folder!.TryOpen(key) is not { } file)
            return null;
        byte[]? digests = null;
        try
        {
            digests = CacheEntryFormat.ReadDigests(file, key, length);
        }
        catch (Exception e) when (CacheFolder.IsDiskTrouble(e))
        {
            _logger.Trouble(e, "read");
        }
        if (digests is not null)
        {
            Count("hit");
            return new(file, length, digests, Damaged, (offset, cancel) => Inner.OpenReadAsync(new(path) { Range = new(offset), IfMatch = etag }, cancel));
        }
        Damaged(file);
        return null;
    }

    private void Damaged(FileStream file)
    {
        Count("damaged");
        _logger.Damaged();
        _folder!.Drop(file);
    }

    private ValueTask<StoreRead> PassAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        Count("bypass");
        return Inner.OpenReadAsync(request, cancellationToken);
    }

    private void Count(string result)
    {
        if (!StoreInstruments.Lookups.Enabled)
            return;
        var tags = StoreInstruments.TagsOf(Root);
        tags.Add(StoreInstruments.CacheResultTag, result);
        StoreInstruments.Lookups.Add(1, tags);
    }
}
