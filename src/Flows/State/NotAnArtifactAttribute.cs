namespace Cairn.Flows;

/// <summary>Marks a property of a state that belongs to one task: it is not saved, and the next step does not see it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotAnArtifactAttribute : Attribute;
