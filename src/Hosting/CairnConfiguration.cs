using Microsoft.Extensions.Configuration;

namespace Cairn.Hosting;

/// <summary>
/// Reads stores from configuration without a binder: this needs only the configuration abstractions, is safe for trimming, and can report unknown keys.
/// </summary>
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
                cairn.Problems.Add($"The key '{child.Path}' is unknown; available: DefaultStore, Stores");
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
                cairn.Problems.Add($"The key '{child.Path}' is unknown; available: Root, Flavor, Options");
        }
    }

    private static bool Is(IConfigurationSection section, string name) => section.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
