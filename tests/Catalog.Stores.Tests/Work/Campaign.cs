using Catalog.Stores.Tests.Places;

namespace Catalog.Stores.Tests.Work;

/// <summary>A catalog with a few assets, to which workers may do anything.</summary>
internal sealed class Campaign
{
    private static readonly string[] _assets = ["models/a", "models/b", "data"];

    private static readonly Deed[] _deeds =
    [
        Deed.Save, Deed.Register, Deed.Register, Deed.Register, Deed.Register, Deed.Move, Deed.Move, Deed.Move, Deed.Remove, Deed.Delete, Deed.Delete, Deed.Restore, Deed.Pin, Deed.Unpin,
        Deed.Unpin, Deed.Describe, Deed.DescribeVersion, Deed.Rename, Deed.Rename, Deed.Release, Deed.DeleteAsset, Deed.RestoreAsset, Deed.RestoreAsset,
    ];

    private Campaign(Place place, Cairn.Catalog.Catalog catalog) => (Place, Catalog) = (place, catalog);

    public Place Place { get; }

    public Cairn.Catalog.Catalog Catalog { get; }

    /// <summary>The names that always lead to the same asset.</summary>
    public Dictionary<string, Guid> Bases { get; } = [];

    /// <summary>The calls that made the assets.</summary>
    public List<Entry> Setup { get; } = [];

    /// <summary>Makes the assets.</summary>
    /// <param name="place">The store.</param>
    /// <param name="calm">How this process reaches the store. Optional.</param>
    public static async Task<Campaign> BeginAsync(TestPlace place, Place? calm = null)
    {
        var campaign = new Campaign(place.Place, await place.OpenAsync("setup", calm));
        for (var i = 0; i < _assets.Length; i++)
        {
            var entry = await campaign.CallAsync(new("u:setup", i, Deed.Save, _assets[i]));
            campaign.Setup.Add(entry);
            campaign.Bases.Add(_assets[i], entry.Answer!.AssetId);
        }
        return campaign;
    }

    public WorkPlan Plan(string name, int seed) => new(Place, name) { Seed = seed, Deeds = _deeds, Assets = _assets, Names = ["other", "new-name", "third/name"] };

    /// <summary>Makes a call from this process.</summary>
    public async Task<Entry> CallAsync(Operation operation) => new(operation, await Caller.CallAsync(Catalog.Assets, operation));
}
