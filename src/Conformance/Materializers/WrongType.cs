namespace Cairn.Conformance;

/// <summary>A value, and a type that the materializer supports but as which this value cannot be loaded.</summary>
/// <param name="Sample">The value.</param>
/// <param name="Wanted">The type.</param>
public sealed record WrongType(MaterializerSample Sample, Type Wanted);
