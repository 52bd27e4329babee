using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;

namespace Catalog.Stores.Tests.Work;

/// <summary>Chooses calls at random and makes them one after the other.</summary>
internal sealed class Worker(WorkPlan plan, string user, AssetCollection assets, BlobDigest registered, int seed)
{
    private static readonly string[] _aliases = ["blue", "green", "production"];
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int> _newest = [];

    public async Task RunAsync(Func<string, object, Task> say)
    {
        for (var number = 1; plan.Calls == 0 || number <= plan.Calls; number++)
        {
            var operation = Choose(number);
            await say("begin", operation);
            var answer = await Caller.CallAsync(assets, operation, registered);
            if (answer.Version > 0)
                _newest[operation.Asset] = answer.Version;
            await say("done", new Entry(operation, answer));
            if (plan.Lists)
                await ListAsync();
        }
    }

    /// <summary>Brings the index up to the store, while somebody damages it.</summary>
    private async Task ListAsync()
    {
        try
        {
            await assets.ListAsync(new() { IncludeDeleted = true }).CountAsync();
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.Unavailable or StoreErrorCode.IntegrityFailure)
        {
            Console.Error.WriteLine($"{user}: {e.Message}");
        }
    }

    private Operation Choose(int number)
    {
        var deed = plan.Deeds[_random.Next(plan.Deeds.Count)];
        var asset = plan.Assets[_random.Next(plan.Assets.Count)];
        // Sometimes one that does not exist yet.
        var version = 1 + _random.Next(_newest.GetValueOrDefault(asset, 3) + 1);
        var alias = _aliases[_random.Next(_aliases.Length)];
        int? from = _random.Next(3) switch { 0 => null, 1 => 0, _ => 1 + _random.Next(version) };
        var with = _random.Next(2) == 0;
        var name = plan.Names.Count > 0 ? plan.Names[_random.Next(plan.Names.Count)] : null;
        var operation = new Operation(user, number, deed, asset);
        return deed switch
        {
            Deed.Save or Deed.Register => operation with { Alias = _random.Next(3) == 0 && plan.Deeds.Contains(Deed.Move) ? alias : null },
            // A fixed alias prevents deletions permanently, so there are few.
            Deed.Move when _random.Next(40) == 0 => operation with { Alias = $"fixed-{_random.Next(5)}", Version = version, With = true },
            Deed.Move => operation with { Alias = alias, Version = version, From = from },
            Deed.Remove => operation with { Alias = alias, From = from },
            Deed.Delete => operation with { Version = version, With = with },
            Deed.Restore or Deed.Pin or Deed.Unpin or Deed.DescribeVersion => operation with { Version = version },
            Deed.Rename => operation with { Name = _random.Next(3) == 0 ? asset : name },
            Deed.Release => operation with { Name = name },
            Deed.DeleteAsset => operation with { With = true },
            _ => operation,
        };
    }
}
