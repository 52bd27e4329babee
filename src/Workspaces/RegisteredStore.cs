using Cairn.Errors;
using Cairn.Flavors;

namespace Cairn.Workspaces;

/// <summary>A store registered in a workspace: the information needed to open it, without secrets.</summary>
/// <param name="Name">The name: at least two characters, which distinguishes it from a drive letter.</param>
/// <param name="Flavor">The name of the flavor.</param>
/// <param name="Root">The URI of the root.</param>
public sealed record RegisteredStore(string Name, string Flavor, StoreUri Root)
{
    /// <summary>Gets the option values by option name. A secret option contains a <see cref="SecretReference"/>, never the value.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Returns true if a text has the form of a name for a store: 2 to 64 ASCII letters, digits, <c>-</c>, <c>_</c> or <c>.</c>, beginning with a letter or digit. The names <c>asset</c>,
    /// <c>run</c>, <c>dataset</c> and <c>export</c> have it, and are reserved.
    /// </summary>
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

/// <summary>A snapshot of the content of a workspace.</summary>
/// <param name="Active">The name of the active store, or null if no store is active.</param>
/// <param name="Stores">The registered stores, ordered by name.</param>
public sealed record WorkspaceContent(string? Active, IReadOnlyList<RegisteredStore> Stores)
{
    /// <summary>
    /// Gets the invalid registrations by name, with the error of each. They are not part of <see cref="Stores"/> and do not affect the other stores.
    /// </summary>
    public IReadOnlyDictionary<string, StoreException> Unusable { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, StoreException>.Empty;

    /// <summary>Returns the store with a name, or the active store if the name is null.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.InvalidConfiguration"/>: the store is not registered, no store is active, or the registration is not valid. The message
    /// lists the available stores.
    /// </exception>
    public RegisteredStore Find(string? name)
    {
        var wanted = name ?? Active ?? throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"no store is active; available: {Names}")
        {
            Advice = "Choose one with 'cairn store set NAME'.",
        });
        return Unusable.TryGetValue(wanted, out var problem) ? throw problem : Stores.FirstOrDefault(s => s.Name == wanted)
            ?? throw new StoreException(StoreErrorCode.InvalidConfiguration, $"no store '{ErrorText.Escape(wanted)}' is registered; available: {Names}");
    }

    private string Names => ErrorText.List(Stores.Select(s => s.Name));
}
