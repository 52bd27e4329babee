using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog.Names;
using Catalog.Stores.Tests.Places;

namespace Catalog.Stores.Tests.Work;

/// <summary>The programs that tests start as separate processes.</summary>
internal static class Children
{
    public static async Task<int> RunAsync(string name, string[] told)
    {
        switch (name)
        {
            case "work":
                await WorkAsync(WorkPlan.Parse(told[0]));
                return 0;
            case "call":
                await CallAsync(Place.Parse(told[0]), told[1], told[2]);
                return 0;
            case "fold":
                Fold();
                return 0;
            default:
                await Console.Error.WriteLineAsync($"There is no child '{name}'.");
                return 2;
        }
    }

    /// <summary>Makes random calls, and says of each when it begins and what came of it.</summary>
    private static async Task WorkAsync(WorkPlan plan)
    {
        await using var output = Console.OpenStandardOutput();
        using var gate = new SemaphoreSlim(1);
        await using var store = await plan.Place.OpenStoreAsync();
        await using var shared = await PatientlyAsync(() => Place.OpenCatalogAsync(store, $"u:{plan.Name}", plan.IndexFolder));
        var registered = (await PatientlyAsync(() => shared.Repository.SaveAsync("registered"))).Digest;
        List<(Worker Worker, Cairn.Catalog.Catalog Catalog)> workers = [];
        for (var i = 0; i < plan.Workers; i++)
        {
            var user = $"u:{plan.Name}-{i}";
            // Workers with separate catalogs race like those of different processes.
            var catalog = plan.IsShared ? shared : await PatientlyAsync(() => Place.OpenCatalogAsync(store, user, plan.IndexFolder));
            workers.Add((new(plan, user, catalog.Assets, registered, plan.Seed + i), catalog));
        }
        await SayAsync("ready", "");
        await Console.In.ReadLineAsync();
        await Task.WhenAll(workers.Select(w => Task.Run(() => w.Worker.RunAsync(SayAsync))));
        foreach (var (_, catalog) in workers)
            await catalog.DisposeAsync();

        async Task SayAsync(string word, object what)
        {
            var line = Encoding.UTF8.GetBytes($"{word} {JsonSerializer.Serialize(what)}\n");
            await gate.WaitAsync();
            try
            {
                await output.WriteAsync(line);
            }
            finally
            {
                gate.Release();
            }
        }
    }

    /// <summary>Begins again when requests fail: what the test looks at begins later.</summary>
    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> begin)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await begin();
            }
            catch (StoreException e) when (attempt < 20 && e.Code is (StoreErrorCode.Unavailable or StoreErrorCode.Throttled))
            {
            }
        }
    }

    /// <summary>Makes the calls that it reads, one in each line, and writes the answers.</summary>
    private static async Task CallAsync(Place place, string user, string indexFolder)
    {
        await using var store = await place.OpenStoreAsync();
        await using var catalog = await Place.OpenCatalogAsync(store, user, indexFolder);
        var registered = (await catalog.Repository.SaveAsync("registered")).Digest;
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var answer = await Caller.CallAsync(catalog.Assets, JsonSerializer.Deserialize<Operation>(line)!, registered);
            Console.WriteLine(JsonSerializer.Serialize(answer));
        }
    }

    /// <summary>Folds every code point, and says under which setting.</summary>
    private static void Fold()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var code = 0; code < 0x110000; code++)
        {
            if (!Rune.IsValid(code))
                continue;
            var (rune, text) = (new Rune(code), new Rune(code).ToString());
            hash.AppendData(Encoding.UTF8.GetBytes($"{code:X} {UnicodeTable.IsAllowed(rune)} {UnicodeTable.IsWhiteSpace(rune)} {UnicodeTable.Compose(text)} {UnicodeTable.Fold(text)}\n"));
        }
        Console.WriteLine(Convert.ToHexStringLower(hash.GetHashAndReset()));
        string turkish;
        try
        {
            turkish = new CultureInfo("tr-TR").Name;
        }
        catch (CultureNotFoundException)
        {
            turkish = "none";
        }
        Console.WriteLine($"{turkish} {"e\u0301".Normalize().Length} {"I".ToLower(CultureInfo.CurrentCulture)}");
    }
}
