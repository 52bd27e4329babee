using Cairn.Flavors;
using Cairn.Providers;

namespace Cairn.Tests.Workspaces;

/// <summary>Flavors with options of every type, which are never opened.</summary>
internal static class SampleFlavors
{
    public static FlavorRegistry Create() => new FlavorRegistry().Add<LocalLike>().Add<CloudLike>();

    [StoreFlavor("local", "file", Description = "Local disk.", Options = typeof(LocalOptions))]
    public sealed class LocalLike : IStoreProvider
    {
        public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("Opened.");
    }

    public sealed record LocalOptions
    {
        [StoreOption("durability", "How safe.")]
        public Durability Durability { get; set; }
    }

    public enum Durability
    {
        Full,
        None,
    }

    [StoreFlavor("cloud", "cl", "cls", Description = "Far away.", Options = typeof(CloudOptions))]
    public sealed class CloudLike : IStoreProvider
    {
        public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("Opened.");
    }

    public sealed record CloudOptions
    {
        [StoreOption("region", "Where.", Required = true)]
        public string? Region { get; set; }

        [StoreOption("access-key", "The key.", Secret = true)]
        public string? AccessKey { get; set; }

        [StoreOption("part-size", "Bytes of a part.", Size = true)]
        public long PartSize { get; set; } = 8 << 20;

        [StoreOption("timeout", "How long to wait.")]
        public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

        [StoreOption("path-style", "How buckets are addressed.")]
        public bool PathStyle { get; set; }

        [StoreOption("tries", "How often.")]
        public int Tries { get; set; } = 3;

        [StoreOption("share", "How much.")]
        public double Share { get; set; } = 1;
    }
}
