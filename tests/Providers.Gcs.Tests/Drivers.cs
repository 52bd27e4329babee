namespace Cairn.Providers.Gcs.Tests;

internal static class Drivers
{
    /// <summary>The driver below a store's layers.</summary>
    public static StoreDriver GetDriver(this ArtifactStore store) => (StoreDriver)store.GetService(typeof(GcsDriver))!;
}
