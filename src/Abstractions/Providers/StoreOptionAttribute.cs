namespace Cairn.Providers;

/// <summary>Makes a property of a flavor's options record an option that users set by name.</summary>
/// <remarks>The property's type is one of string, bool, int, long, double, <see cref="TimeSpan"/>, an enum, or a nullable form of these.</remarks>
/// <param name="name">The option's name, in lower case with <c>-</c> between words.</param>
/// <param name="description">One sentence about it, with the unit where there is one.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StoreOptionAttribute(string name, string description) : Attribute
{
    /// <summary>The option's name.</summary>
    public string Name { get; } = name;

    /// <summary>One sentence about it.</summary>
    public string Description { get; } = description;

    /// <summary>True when the flavor cannot work without it.</summary>
    public bool Required { get; init; }

    /// <summary>True when the value is a secret: registered stores then hold only <c>env:NAME</c> or <c>file:PATH</c>, never the value.</summary>
    public bool Secret { get; init; }

    /// <summary>True for a number of bytes, which may be written with a unit: <c>64MiB</c>.</summary>
    public bool Size { get; init; }
}
