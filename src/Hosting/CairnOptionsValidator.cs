using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Layers;
using Cairn.Workspaces;
using Microsoft.Extensions.Options;

namespace Cairn.Hosting;

/// <summary>Validates all stores of a program against the known flavors without opening them. All problems are reported at once.</summary>
internal sealed class CairnOptionsValidator(FlavorRegistry flavors) : IValidateOptions<CairnOptions>
{
    public ValidateOptionsResult Validate(string? name, CairnOptions options)
    {
        var problems = new List<string>(options.Problems);
        foreach (var (store, settings) in options.Stores.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            try
            {
                var registered = Registered(store, settings, flavors);
                registered.Check(flavors, holdsSecrets: true);
                LayerOptions.Split(registered.Options, out _);
            }
            catch (Exception e) when (e is StoreException or FormatException)
            {
                problems.Add($"Store '{ErrorText.Escape(store)}': {(e as StoreException)?.Reason ?? e.Message}");
            }
        }
        if (options.DefaultStore is { } chosen && !options.Stores.ContainsKey(chosen))
            problems.Add($"The default store '{ErrorText.Escape(chosen)}' does not exist; available: {ErrorText.List(options.Stores.Keys.Order(StringComparer.Ordinal))}");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    /// <summary>Returns the settings of a store with its flavor selected and its root parsed.</summary>
    internal static RegisteredStore Registered(string name, CairnStoreOptions settings, FlavorRegistry flavors)
    {
        var root = StoreUri.Parse(settings.Root);
        return new(name, settings.Flavor ?? flavors.RequireFlavorOfScheme(root.Scheme), root) { Options = settings.Options.AsReadOnly() };
    }
}
