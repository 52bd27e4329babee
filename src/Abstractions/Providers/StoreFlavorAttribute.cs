using System.Diagnostics.CodeAnalysis;

namespace Cairn.Providers;

/// <summary>Says which flavor and schemes an <see cref="IStoreProvider"/> serves, so that this is known without running it.</summary>
/// <param name="name">The flavor's name, such as <c>s3</c>: lower-case letters, digits and <c>-</c>.</param>
/// <param name="schemes">The URI schemes that it serves, at least one, in lower case.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class StoreFlavorAttribute(string name, params string[] schemes) : Attribute
{
    /// <summary>The flavor's name.</summary>
    public string Name { get; } = name;

    /// <summary>The URI schemes that it serves.</summary>
    public IReadOnlyList<string> Schemes { get; } = schemes;

    /// <summary>One sentence about the flavor.</summary>
    public string Description { get; init; } = "";

    /// <summary>The record of its options: each settable property with a <see cref="StoreOptionAttribute"/> is one. Null when it has none.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)]
    public Type? Options { get; init; }
}
