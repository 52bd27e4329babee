namespace Cairn.Conformance;

/// <summary>A value, and a type as which it cannot be loaded although the materializer serves it.</summary>
/// <param name="Sample">The value.</param>
/// <param name="Wanted">The type.</param>
public sealed record WrongType(MaterializerSample Sample, Type Wanted);
