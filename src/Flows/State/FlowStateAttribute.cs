namespace Cairn.Flows;

/// <summary>Marks a partial class as the state of a flow. Its public partial properties, which a source generator implements, are artifacts.</summary>
/// <remarks>
/// A property is loaded when a step first reads it, and saved when a step that set it ends. A class may derive from another state: the properties of the base
/// class come first.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FlowStateAttribute : Attribute;
