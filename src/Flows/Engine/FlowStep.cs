using Cairn.Catalog;

namespace Cairn.Flows;

/// <summary>A step in the description of a flow.</summary>
/// <param name="Name">The name, which the flow has once.</param>
/// <param name="Kind">The kind.</param>
/// <param name="After">The names of the steps that end before this one begins.</param>
public sealed record FlowStep(string Name, StepKind Kind, IReadOnlyList<string> After)
{
    /// <summary>Gets whether other processes run the tasks of its items; see <see cref="IFlow.RunTaskAsync"/>.</summary>
    public bool RunsElsewhere { get; init; }
}
