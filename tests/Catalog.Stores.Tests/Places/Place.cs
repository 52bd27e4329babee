using System.Text.Json;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Azure;
using Cairn.Providers.Gcs;
using Cairn.Providers.Local;
using Cairn.Providers.S3;

namespace Catalog.Stores.Tests.Places;

/// <summary>A store that any process can open.</summary>
internal sealed record Place(string Flavor, string Root, IReadOnlyDictionary<string, string> Options)
{
    public static Place Parse(string text) => JsonSerializer.Deserialize<Place>(text)!;

    public override string ToString() => JsonSerializer.Serialize(this);

    public Place With(string option, string value) => this with { Options = new Dictionary<string, string>(Options) { [option] = value } };

    public async Task<ArtifactStore> OpenStoreAsync(TimeProvider? time = null)
    {
        IStoreProvider provider = Flavor switch
        {
            "local" => new LocalProvider(),
            "s3" => new S3Provider(),
            "azure" => new AzureProvider(),
            "gcs" => new GcsProvider(),
            _ => throw new InvalidOperationException($"There is no flavor '{Flavor}' for another process."),
        };
        return await ArtifactStore.OpenAsync(provider, Root, Options, time is null ? null : new() { TimeProvider = time });
    }

    public static Task<Cairn.Catalog.Catalog> OpenCatalogAsync(ArtifactStore store, string user, string indexFolder) =>
        Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = user, IndexFolder = indexFolder });
}
