using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Cairn.Providers;
using Google;
using Google.Apis.Storage.v1;
using Google.Apis.Storage.v1.Data;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>
/// A write in parallel parts, each an object that the service verifies, which are composed thirty-two at a time; the last compose has the condition. The
/// parts are removed after completion or abort.
/// </summary>
internal sealed class GcsCompositeUpload(GcsDriver driver, UploadRequest request) : GcsUpload(driver, request)
{
    /// <summary>The maximum number of components of one compose.</summary>
    private const int Most = 32;

    private const int MostParts = Most * Most * Most;
    private const int PartsPerDoubling = 4096;
    private const int LargestPart = 1 << 30;

    /// <summary>The number of removal rounds if a part may still arrive.</summary>
    private const int LateRounds = 4;

    private readonly ConcurrentDictionary<int, Component> _parts = new();
    private readonly ConcurrentBag<string> _keys = [];
    private volatile bool _mayLandLate;
    private readonly string _prefix = driver.Keys.PartsPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)) + "/";

    public override int MaxParallelParts => Driver.Options.Parallelism;

    /// <summary>
    /// With a known length, a size that distributes it over three levels of composing; otherwise, a size that doubles every 4,096 parts, so that the largest
    /// object fits.
    /// </summary>
    public override int GetPartSize(int number)
    {
        long least = Driver.Options.PartSize;
        return (int)Math.Min(
            LargestPart,
            Request.Length is { } length ? Math.Max(least, (length + MostParts - 1) / MostParts) : least << Math.Min(number / PartsPerDoubling, 20));
    }

    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        var crc = Crc32C.Compute(part.Data.Span);
        var key = NewKey(string.Create(CultureInfo.InvariantCulture, $"{part.Number:D6}"));
        var made = await Driver.InsertAsync(key, PartResource(), part.Data, crc, null, e => _mayLandLate |= e is not GoogleApiException, cancellationToken).ConfigureAwait(false);
        if (!made.Holds(crc, part.Data.Length))
            throw new StoreException(new StoreFault(StoreErrorCode.IntegrityFailure, "the service stored a part whose content differs from the sent content") { IsTransient = true });
        _parts[part.Number] = new(key, made.Generation!.Value, crc, part.Data.Length);
    }

    public override async ValueTask DisposeAsync()
    {
        _mayLandLate |= _parts.Count < _keys.Count;
        if (!IsCompleted)
            await RemovePartsAsync().ConfigureAwait(false);
    }

    protected override async ValueTask<StorageObject> PublishAsync(UploadPart last, CancellationToken cancellationToken)
    {
        if (_parts.IsEmpty)
            return await PutAsync(last.Data, cancellationToken).ConfigureAwait(false);
        if (!last.Data.IsEmpty)
            await WritePartAsync(last, cancellationToken).ConfigureAwait(false);
        var level = (IReadOnlyList<Component>)[.. _parts.OrderBy(p => p.Key).Select(p => p.Value)];
        for (var depth = 1; level.Count > Most; depth++)
            level = await ComposeLevelAsync(level, depth, cancellationToken).ConfigureAwait(false);
        var (crc, length) = Sum(level);
        var made = await ComposeAsync(Key, level, Resource(), Condition, cancellationToken).ConfigureAwait(false);
        made = await VerifiedAsync(made, crc, length, cancellationToken).ConfigureAwait(false);
        await RemovePartsAsync().ConfigureAwait(false);
        return made;
    }

    private async ValueTask<IReadOnlyList<Component>> ComposeLevelAsync(IReadOnlyList<Component> level, int depth, CancellationToken cancellationToken)
    {
        var groups = level.Chunk(Most).ToArray();
        var composed = new Component[groups.Length];
        await Parallel.ForAsync(0, groups.Length, new ParallelOptions { MaxDegreeOfParallelism = Driver.Options.Parallelism, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var key = NewKey(string.Create(CultureInfo.InvariantCulture, $"c{depth}-{i:D6}"));
            var (crc, length) = Sum(groups[i]);
            var made = await ComposeAsync(key, groups[i], PartResource(), null, token).ConfigureAwait(false);
            composed[i] = new(key, made.Generation!.Value, crc, length);
        }).ConfigureAwait(false);
        return composed;
    }

    private async ValueTask<StorageObject> ComposeAsync(string target, IReadOnlyList<Component> components, StorageObject destination, long? condition, CancellationToken cancellationToken)
    {
        destination.Crc32c = Crc32C.ToBase64(Sum(components).Crc);
        var body = new ComposeRequest { Destination = destination, SourceObjects = [.. components.Select(c => new ComposeRequest.SourceObjectsData { Name = c.Key, Generation = c.Generation })] };
        try
        {
            return await Driver.Client.CallAsync(
                service => new ObjectsResource.ComposeRequest(service, body, Driver.Keys.Bucket, target) { IfGenerationMatch = condition, KmsKeyName = Driver.Options.KmsKey },
                cancellationToken).ConfigureAwait(false);
        }
        catch (GoogleApiException e) when (e.HttpStatusCode == HttpStatusCode.NotFound && GcsErrors.IsMissing(e))
        {
            throw new StoreException(new StoreFault(StoreErrorCode.Unavailable, "parts of the upload no longer exist: they were cleaned up")
            {
                IsTransient = false,
                RequestId = GcsErrors.Classify(e).RequestId
            }, e);
        }
    }

    /// <summary>
    /// Best effort: parts that cannot be removed now are listed as staged. The service may store a part shortly after its request was abandoned, even if
    /// another attempt succeeded, so after such a request the parts are removed several times.
    /// </summary>
    private async ValueTask RemovePartsAsync()
    {
        if (_keys.IsEmpty)
            return;
        var keys = _keys.Distinct(StringComparer.Ordinal).ToArray();
        using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var rounds = _mayLandLate ? LateRounds : 1; ; rounds--)
        {
            await ((Task)Driver.DeleteKeysAsync(keys, brief.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (rounds == 1)
                break;
            await Driver.Client.DelayAsync(TimeSpan.FromMilliseconds(100), CancellationToken.None).ConfigureAwait(false);
        }
        _keys.Clear();
    }

    private string NewKey(string name)
    {
        var key = _prefix + name;
        _keys.Add(key);
        return key;
    }

    private StorageObject PartResource() => new() { ContentType = GcsKeys.NoContentType, Metadata = new Dictionary<string, string> { [GcsMetadata.PartOf] = GcsMetadata.Encode(Request.Path.Value) } };

    private static (uint Crc, long Length) Sum(IReadOnlyList<Component> components)
    {
        var (crc, length) = (0u, 0L);
        foreach (var component in components)
            (crc, length) = (Crc32C.Combine(crc, component.Crc, component.Length), length + component.Length);
        return (crc, length);
    }

    private readonly record struct Component(string Key, long Generation, uint Crc, long Length);
}
