using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Cairn.Flows;

/// <summary>A plain class as the state of a flow, for scripts and for classes from elsewhere: <c>Flow.Of&lt;ReflectedState&lt;Plain&gt;&gt;("name")</c>.</summary>
/// <typeparam name="T">The class. Its public properties with a public getter and setter are artifacts, except those with <see cref="NotAnArtifactAttribute"/>.</typeparam>
/// <remarks>
/// All values are loaded before the step starts, and all count as read. At the end of the step, each value that is not null is serialized and its digest is compared. A property of a value type always
/// has a value, such as 0. A class with <see cref="FlowStateAttribute"/> has none of these costs.
/// </remarks>
public sealed class ReflectedState<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T> : IFlowState
    where T : class, new()
{
    /// <summary>Initializes a state with a new object.</summary>
    public ReflectedState()
        : this(new T())
    {
    }

    internal ReflectedState(T value)
    {
        Value = value;
        Slots = [.. typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(static p => p.GetMethod is { IsPublic: true } && p.SetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0 && !p.IsDefined(typeof(NotAnArtifactAttribute)))
            .OrderBy(static p => DepthOf(p.DeclaringType!)).ThenBy(static p => p.Name, StringComparer.Ordinal)
            .Select(p => new ReflectedSlot(value, p))];
    }

    /// <summary>Gets the object, whose properties the step reads and sets.</summary>
    public T Value { get; }

    /// <summary>Gets the slots: those of a base class first, otherwise by name.</summary>
    public IReadOnlyList<StateSlot> Slots { get; }

    private static int DepthOf(Type type) => type.BaseType is { } above ? DepthOf(above) + 1 : 0;
}
