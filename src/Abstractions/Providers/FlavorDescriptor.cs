using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Cairn.Providers;

/// <summary>The description of a flavor, available without running its provider.</summary>
/// <param name="Name">The name of the flavor.</param>
/// <param name="Schemes">The URI schemes of the flavor.</param>
/// <param name="Description">A description in one sentence.</param>
/// <param name="Options">The options, ordered by name.</param>
public sealed record FlavorDescriptor(string Name, IReadOnlyList<string> Schemes, string Description, IReadOnlyList<OptionDescriptor> Options)
{
    /// <summary>Creates the descriptor from the attributes of a provider type.</summary>
    /// <exception cref="ArgumentException">The type has no <see cref="StoreFlavorAttribute"/>, or its attributes are not valid; the message states the
    /// problem.</exception>
    public static FlavorDescriptor Of(Type provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var flavor = provider.GetCustomAttribute<StoreFlavorAttribute>()
            ?? throw new ArgumentException($"{provider.FullName} has no [StoreFlavor] attribute.", nameof(provider));
        if (flavor.Name.Length == 0 || flavor.Name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            throw new ArgumentException($"'{flavor.Name}' of {provider.FullName} is not a valid name for a flavor: use lower-case letters, digits and '-'.", nameof(provider));
        if (flavor.Schemes.Count == 0)
            throw new ArgumentException($"{provider.FullName} has no scheme.", nameof(provider));
        return new(flavor.Name, flavor.Schemes, flavor.Description, flavor.Options is null ? [] : OptionDescriptor.AllOf(flavor.Options));
    }
}

/// <summary>An option of a flavor.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type as shown to users: <c>string</c>, <c>bool</c>, <c>int</c>, <c>size</c>, <c>number</c>, <c>duration</c>, or the allowed words
/// separated by <c>|</c>.</param>
/// <param name="Required">true if the flavor requires a value.</param>
/// <param name="Secret">true if registered stores contain only a reference to the value.</param>
/// <param name="Default">The default value as text, or null if there is none.</param>
/// <param name="Description">A description in one sentence.</param>
public sealed record OptionDescriptor(string Name, string Type, bool Required, bool Secret, string? Default, string Description)
{
    /// <summary>Describes every option that a type declares with <see cref="StoreOptionAttribute"/>, in the order of their names.</summary>
    /// <param name="options">The type; its parameterless constructor gives the defaults.</param>
    public static IReadOnlyList<OptionDescriptor> AllOf(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type options)
    {
        var defaults = Activator.CreateInstance(options);
        return [.. StoreOptions.PropertiesOf(options)
            .Select(p => new OptionDescriptor(
                p.Option.Name,
                StoreOptions.TypeName(p.Property.PropertyType, p.Option),
                p.Option.Required,
                p.Option.Secret,
                StoreOptions.Print(p.Property.GetValue(defaults)),
                p.Option.Description))
            .OrderBy(o => o.Name, StringComparer.Ordinal)];
    }
}
