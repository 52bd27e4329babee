using Cairn.Errors;
using Cairn.Flavors;

namespace Cairn.Workspaces;

/// <summary>A store as a workspace holds it: what is needed to open it, and no secret.</summary>
/// <param name="Name">Its name, at least two characters, so that a drive letter is never one.</param>
/// <param name="Flavor">The flavor's name.</param>
/// <param name="Root">The root that it serves.</param>
public sealed record RegisteredStore(string Name, string Flavor, StoreUri Root)
{
    /// <summary>Option values by option name. A secret option holds a <see cref="SecretReference"/>, never the value.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether a text can name a store: two to 64 ASCII letters, digits, <c>-</c>, <c>_</c> or <c>.</c>, the first a letter or digit.</summary>
    public static bool IsName(string? text) =>
        text is { Length: >= 2 and <= 64 } && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Checks the store against its flavor, without opening it: its name, the scheme of its root, and every option value.</summary>
    /// <param name="flavors">The known flavors.</param>
    /// <param name="holdsSecrets">True if secret options hold their values, as in a program's configuration; false if they must be references, as in a workspace.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the name, the flavor, the root or an option is not valid; the message says which and why.</exception>
    public void Check(FlavorRegistry flavors, bool holdsSecrets = false)
    {
        ArgumentNullException.ThrowIfNull(flavors);
        StoreRules.Check(this, flavors, holdsSecrets);
    }
}

/// <summary>What a workspace holds at one moment.</summary>
/// <param name="Active">The name of the active store; null when none is.</param>
/// <param name="Stores">The registered stores, in the order of their names.</param>
public sealed record WorkspaceContent(string? Active, IReadOnlyList<RegisteredStore> Stores)
{
    /// <summary>The registrations that cannot be understood, by name, and why. They are not among <see cref="Stores"/>, and keep nobody from the others.</summary>
    public IReadOnlyDictionary<string, StoreException> Unusable { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, StoreException>.Empty;

    /// <summary>The store of a name, or the active one for null.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.InvalidConfiguration"/>: no such store, none is active, or its registration cannot be understood; the message lists what there is.
    /// </exception>
    public RegisteredStore Find(string? name)
    {
        var wanted = name ?? Active ?? throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"no store is active; there are {Names}")
        {
            Advice = "Choose one with 'cairn store set NAME'.",
        });
        return Unusable.TryGetValue(wanted, out var problem) ? throw problem : Stores.FirstOrDefault(s => s.Name == wanted)
            ?? throw new StoreException(StoreErrorCode.InvalidConfiguration, $"no store '{ErrorText.Escape(wanted)}' is registered; there are {Names}");
    }

    private string Names => ErrorText.List(Stores.Select(s => s.Name));
}
