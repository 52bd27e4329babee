using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Cairn.Providers;

/// <summary>What is known of a flavor without running its provider.</summary>
/// <param name="Name">The flavor's name.</param>
/// <param name="Schemes">The URI schemes that it serves.</param>
/// <param name="Description">One sentence about it.</param>
/// <param name="Options">Its options, in the order of their names.</param>
public sealed record FlavorDescriptor(string Name, IReadOnlyList<string> Schemes, string Description, IReadOnlyList<OptionDescriptor> Options)
{
    /// <summary>Reads the descriptor from a provider type's attributes.</summary>
    /// <exception cref="ArgumentException">The type has no <see cref="StoreFlavorAttribute"/>, or the attributes are not valid; the message says what is wrong.</exception>
    public static FlavorDescriptor Of(Type provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var flavor = provider.GetCustomAttribute<StoreFlavorAttribute>()
            ?? throw new ArgumentException($"{provider.FullName} has no [StoreFlavor] attribute.", nameof(provider));
        if (flavor.Name.Length == 0 || flavor.Name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            throw new ArgumentException($"'{flavor.Name}' of {provider.FullName} is not a flavor name: lower-case letters, digits and '-'.", nameof(provider));
        if (flavor.Schemes.Count == 0)
            throw new ArgumentException($"{provider.FullName} serves no scheme.", nameof(provider));
        return new(flavor.Name, flavor.Schemes, flavor.Description, flavor.Options is null ? [] : OptionDescriptor.AllOf(flavor.Options));
    }
}

/// <summary>One option of a flavor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as users read it: <c>string</c>, <c>bool</c>, <c>int</c>, <c>size</c>, <c>number</c>, <c>duration</c>, or the allowed words joined by <c>|</c>.</param>
/// <param name="Required">True when the flavor cannot work without it.</param>
/// <param name="Secret">True when registered stores hold only a reference to it.</param>
/// <param name="Default">The default as text; null when there is none.</param>
/// <param name="Description">One sentence about it.</param>
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
