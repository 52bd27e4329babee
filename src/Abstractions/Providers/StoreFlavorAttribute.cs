using System.Diagnostics.CodeAnalysis;

namespace Cairn.Providers;

/// <summary>Declares the flavor and the schemes of an <see cref="IStoreProvider"/>, so they are known without running it.</summary>
/// <param name="name">The name of the flavor, such as <c>s3</c>: lower-case letters, digits and <c>-</c>.</param>
/// <param name="schemes">The URI schemes in lower case, at least one.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class StoreFlavorAttribute(string name, params string[] schemes) : Attribute
{
    /// <summary>Gets the name of the flavor.</summary>
    public string Name { get; } = name;

    /// <summary>Gets the URI schemes.</summary>
    public IReadOnlyList<string> Schemes { get; } = schemes;

    /// <summary>Gets the description of the flavor, in one sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>
    /// Gets the type of the options record, whose settable properties with a <see cref="StoreOptionAttribute"/> are the options. Null if there are no
    /// options.
    /// </summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)]
    public Type? Options { get; init; }
}
