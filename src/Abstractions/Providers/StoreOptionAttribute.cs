namespace Cairn.Providers;

/// <summary>Declares that a property of a flavor's options record is an option, which users set by name.</summary>
/// <remarks>The type of the property is string, bool, int, long, double, <see cref="TimeSpan"/>, an enum, or a nullable form of these.</remarks>
/// <param name="name">The name in lower case, with <c>-</c> between words.</param>
/// <param name="description">A description in one sentence, with the unit if there is one.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StoreOptionAttribute(string name, string description) : Attribute
{
    /// <summary>Gets the name of the option.</summary>
    public string Name { get; } = name;

    /// <summary>Gets the description, in one sentence.</summary>
    public string Description { get; } = description;

    /// <summary>Gets whether the flavor requires a value.</summary>
    public bool Required { get; init; }

    /// <summary>Gets whether the value is a secret: registered stores then contain only <c>env:NAME</c> or <c>file:PATH</c>, never the value.</summary>
    public bool Secret { get; init; }

    /// <summary>Gets whether the value is a number of bytes, which can be written with a unit: <c>64MiB</c>.</summary>
    public bool Size { get; init; }
}
