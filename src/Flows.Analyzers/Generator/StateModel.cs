namespace Cairn.Flows.Analyzers.Generator;

/// <summary>What is generated for a state. It holds no symbols: two equal models produce the same source.</summary>
/// <param name="FileName">The name of the generated file.</param>
/// <param name="Namespace">The namespace; null for the global one.</param>
/// <param name="Declarations">The declarations of the enclosing classes and of the state, outermost first.</param>
/// <param name="Name">The name for messages.</param>
/// <param name="Extends">Whether a base class is a state, too.</param>
/// <param name="IsSealed">Whether the class is sealed.</param>
/// <param name="Properties">The properties, in the order of their declarations.</param>
internal sealed record StateModel(
    string FileName, string? Namespace, EquatableArray<string> Declarations, string Name, bool Extends, bool IsSealed, EquatableArray<PropertyModel> Properties);

/// <summary>A property of a state.</summary>
/// <param name="Name">The name.</param>
/// <param name="Identifier">The name as source, with @ if it is a keyword.</param>
/// <param name="Type">The type, fully qualified, with its nullable annotations.</param>
/// <param name="Modifiers">The modifiers of the declaration.</param>
/// <param name="Getter">The getter with its modifiers; null if there is none.</param>
/// <param name="Setter">The setter with its modifiers; null if there is none.</param>
/// <param name="Traits">The expression for the traits.</param>
/// <param name="HasAsync">Whether the awaitable method is generated; false if the class has a member of this name.</param>
internal sealed record PropertyModel(string Name, string Identifier, string Type, string Modifiers, string? Getter, string? Setter, string Traits, bool HasAsync);
