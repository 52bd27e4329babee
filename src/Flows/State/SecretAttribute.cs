namespace Cairn.Flows;

/// <summary>Marks a property of a state, or a parameter, whose value must not be written anywhere.</summary>
/// <remarks>The value stays in memory. A run that is resumed does not have it: the program has to provide it again.</remarks>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class SecretAttribute : Attribute;
