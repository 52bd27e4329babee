using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(Cairn.Providers.S3.Tests.SharedBuckets))]

namespace Cairn.Providers.S3.Tests;

/// <summary>Buckets that many tests share: removed after the last of them.</summary>
public sealed class SharedBuckets : IAsyncDisposable
{
    private static readonly ConcurrentBag<string> _buckets = [];

    public static void Add(string bucket) => _buckets.Add(bucket);

    public async ValueTask DisposeAsync()
    {
        foreach (var bucket in _buckets)
            await S3Backend.RemoveBucketAsync(bucket);
    }
}
