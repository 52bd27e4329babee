namespace Cairn.Providers.Azure.Tests;

/// <summary>Does random operations on names of its own and knows what each may hold: after a write that failed, the old content or the new.</summary>
internal sealed class FaultedWorker(ArtifactStore store, string name, int seed)
{
    private const int Names = 4;

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, List<byte[]?>> _may = [];

    public List<StoreException> Errors { get; } = [];

    public async Task RunAsync(int operations, CancellationToken cancellationToken)
    {
        for (var i = 0; i < operations; i++)
        {
            // Names that are read in ranges are never damaged on the way: nothing but the connection could tell.
            var path = $"{(_random.Next(2) == 0 ? "whole" : "range")}-{name}-{_random.Next(Names)}";
            try
            {
                await OneAsync(path, cancellationToken);
            }
            catch (StoreException e)
            {
                e.Code.ShouldNotBe(StoreErrorCode.Unknown, e.ToString());
                Errors.Add(e);
            }
        }
    }

    public async Task CheckAllAsync(CancellationToken cancellationToken)
    {
        foreach (var path in _may.Keys)
            await ReadAsync(path, cancellationToken);
        foreach (var entry in await store.ListAsync(StorePath.Root, new ListOptions { NamePrefix = "whole" }, cancellationToken).ToListAsync(cancellationToken))
        {
            if (_may.TryGetValue(entry.Path.Value, out var may))
                may.ShouldContain(c => c != null && c.Length == entry.Length);
        }
    }

    private List<byte[]?> MayHold(string path) => _may.TryGetValue(path, out var known) ? known : _may[path] = [null];

    private async Task OneAsync(string path, CancellationToken cancellationToken)
    {
        switch (_random.Next(10))
        {
            case 0 or 1 or 2:
                await WriteAsync(path, _random.Next(2_000), cancellationToken);
                break;
            case 3:
                await WriteAsync(path, 64 * 1024 + _random.Next(150_000), cancellationToken);
                break;
            case 4:
                await RemoveAsync(path, cancellationToken);
                break;
            case 5:
                await CopyAsync(path, cancellationToken);
                break;
            case 6:
                var stat = await store.TryStatAsync(path, cancellationToken);
                MayHold(path).ShouldContain(c => c == null ? stat == null : stat != null && c.Length == stat.Length);
                break;
            default:
                await ReadAsync(path, cancellationToken);
                break;
        }
    }

    private async Task WriteAsync(string path, int length, CancellationToken cancellationToken)
    {
        var content = new byte[length];
        _random.NextBytes(content);
        var may = MayHold(path);
        var mode = _random.Next(2) == 0 || may.Contains(null) && may.Count > 1 ? WriteMode.Replace : may is [null] ? WriteMode.CreateNew : WriteMode.Replace;
        may.Add(content);
        var written = await store.WriteBytesAsync(path, content, mode, cancellationToken: cancellationToken);
        written.Length.ShouldBe(length);
        _may[path] = [content];
    }

    private async Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        MayHold(path).Add(null);
        await store.RemoveAsync(path, cancellationToken);
        _may[path] = [null];
    }

    private async Task CopyAsync(string path, CancellationToken cancellationToken)
    {
        var target = path[..^1] + (char)('0' + (path[^1] - '0' + 1) % Names);
        var (from, to) = (MayHold(path), MayHold(target));
        List<byte[]?> after = [.. from.Where(static c => c is not null)];
        to.AddRange(after);
        try
        {
            await store.CopyAsync(path, target, WriteMode.Replace, cancellationToken);
            _may[target] = after;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound && from.Contains(null))
        {
            _may[path] = [null];
        }
    }

    private async Task ReadAsync(string path, CancellationToken cancellationToken)
    {
        var may = MayHold(path);
        byte[]? found;
        try
        {
            found = path.StartsWith("whole", StringComparison.Ordinal) ? await store.ReadBytesAsync(path, cancellationToken) : await ReadInRangesAsync(path, cancellationToken);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            found = null;
        }
        may.Any(c => c is null ? found is null : found is not null && c.AsSpan().SequenceEqual(found)).ShouldBeTrue($"{path} holds bytes that nobody wrote");
        _may[path] = [found];
    }

    private async Task<byte[]> ReadInRangesAsync(string path, CancellationToken cancellationToken)
    {
        var info = await store.StatAsync(path, cancellationToken);
        var content = new byte[info.Length];
        for (var at = 0; at < content.Length;)
        {
            var length = Math.Min(content.Length - at, 1 + _random.Next(100_000));
            await using var range = await store.OpenReadAsync(path, new OpenReadOptions { Range = new(at, length), IfMatch = info.ETag }, cancellationToken);
            await range.ReadExactlyAsync(content.AsMemory(at, length), cancellationToken);
            at += length;
        }
        return content;
    }
}
