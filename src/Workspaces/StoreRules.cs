using System.Globalization;
using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Layers;
using Cairn.Providers;

namespace Cairn.Workspaces;

/// <summary>Validates a store for registration without opening it or loading its provider.</summary>
internal static class StoreRules
{
    /// <summary>The names that begin references in the place of addresses, such as <c>asset:churn-model@production</c>.</summary>
    private static readonly string[] _reserved = ["asset", "run", "dataset", "export"];

    /// <param name="store">The store.</param>
    /// <param name="flavors">The known flavors.</param>
    /// <param name="holdsSecrets">true if secret options contain the values, as in the configuration of a program; false if they contain references.</param>
    public static void Check(RegisteredStore store, FlavorRegistry flavors, bool holdsSecrets = false)
    {
        CheckName(store.Name);
        var flavor = flavors.Describe(store.Flavor);
        if (!flavor.Schemes.Contains(store.Root.Scheme))
        {
            var schemes = ErrorText.List(flavor.Schemes.Select(s => s + "://"));
            throw Invalid($"the root {store.Root} does not match the flavor '{flavor.Name}', whose schemes are {schemes}");
        }
        var options = OptionsOf(flavor);
        foreach (var (name, value) in store.Options)
        {
            var option = options.FirstOrDefault(o => o.Name == name)
                ?? throw Invalid($"'{ErrorText.Escape(name)}' is not an option of flavor '{flavor.Name}'; available: {ErrorText.List(options.Select(o => o.Name))}");
            CheckValue(option, value, holdsSecrets);
        }
        if (options.FirstOrDefault(o => o.Required && !store.Options.ContainsKey(o.Name)) is { } missing)
            throw Invalid($"flavor '{flavor.Name}' requires the option '{missing.Name}': {missing.Description}");
    }

    public static void CheckName(string name)
    {
        if (Array.IndexOf(_reserved, name) >= 0)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"'{name}' cannot be the name of a store, because '{name}:' begins a reference")
            {
                Advice = $"Choose a name other than {ErrorText.List(_reserved)}.",
            });
        }
        if (!RegisteredStore.IsName(name))
            throw Invalid($"'{ErrorText.Escape(name)}' is not a valid name for a store: use 2 to 64 letters, digits, '-', '_' or '.', beginning with a letter or digit");
    }

    /// <summary>Returns the options of a flavor and of the layers, ordered by name.</summary>
    public static IReadOnlyList<OptionDescriptor> OptionsOf(FlavorDescriptor flavor) =>
        [.. flavor.Options.Concat(LayerOptions.Descriptors).OrderBy(o => o.Name, StringComparer.Ordinal)];

    private static void CheckValue(OptionDescriptor option, string value, bool holdsSecrets)
    {
        if (option.Secret)
        {
            if (!holdsSecrets && !SecretReference.IsReference(value))
                throw Invalid($"option '{option.Name}' is a secret, and secrets are not stored: use env:NAME or file:PATH instead of the value");
        }
        else if (!Fits(option.Type, value))
            throw Invalid($"option '{option.Name}' must be of type {option.Type}, but the value is '{ErrorText.Escape(value)}'");
    }

    private static bool Fits(string type, string value) => type switch
    {
        "string" => true,
        "bool" => value.ToLowerInvariant() is "true" or "yes" or "1" or "false" or "no" or "0",
        "int" => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        "number" => double.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _),
        "size" => StoreOptions.TryReadSize(value, out _),
        "duration" => StoreOptions.TryReadDuration(value, out _),
        _ => type.Split('|').Contains(value, StringComparer.OrdinalIgnoreCase),
    };

    private static StoreException Invalid(string reason) => new(StoreErrorCode.InvalidConfiguration, reason);
}
