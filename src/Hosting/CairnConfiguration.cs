using Microsoft.Extensions.Configuration;

namespace Cairn.Hosting;

/// <summary>Reads stores from configuration, by hand: it needs the abstractions alone, is safe to trim, and can say which key means nothing.</summary>
internal static class CairnConfiguration
{
    public static void Read(IConfiguration section, CairnOptions cairn)
    {
        foreach (var child in section.GetChildren())
        {
            if (Is(child, nameof(CairnOptions.DefaultStore)))
                cairn.DefaultStore = child.Value;
            else if (Is(child, nameof(CairnOptions.Stores)))
            {
                foreach (var store in child.GetChildren())
                    ReadStore(store, cairn);
            }
            else
                cairn.Problems.Add($"The key '{child.Path}' means nothing; there are DefaultStore and Stores");
        }
    }

    private static void ReadStore(IConfigurationSection section, CairnOptions cairn)
    {
        if (!cairn.Stores.TryGetValue(section.Key, out var store))
            cairn.Stores.Add(section.Key, store = new());
        foreach (var child in section.GetChildren())
        {
            if (Is(child, nameof(CairnStoreOptions.Root)))
                store.Root = child.Value ?? "";
            else if (Is(child, nameof(CairnStoreOptions.Flavor)))
                store.Flavor = child.Value;
            else if (Is(child, nameof(CairnStoreOptions.Options)))
            {
                foreach (var option in child.GetChildren())
                    store.Options[option.Key.ToLowerInvariant()] = option.Value ?? "";
            }
            else
                cairn.Problems.Add($"The key '{child.Path}' means nothing; a store has Root, Flavor and Options");
        }
    }

    private static bool Is(IConfigurationSection section, string name) => section.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
