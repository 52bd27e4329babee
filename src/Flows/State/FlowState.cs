using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Cairn.Flows;

/// <summary>States without the source generator.</summary>
public static class FlowState
{
    /// <summary>Uses a plain class as a state, for scripts and for classes from elsewhere.</summary>
    /// <typeparam name="T">The class. Its public properties with a public getter and setter are artifacts, except those with <see cref="NotAnArtifactAttribute"/>.</typeparam>
    /// <returns>The properties of the class.</returns>
    /// <remarks>
    /// All values are loaded before the step starts, and all count as read. At the end of the step, each value that is not null is serialized and its digest is
    /// compared. A property of a value type always has a value, such as 0. A class with <see cref="FlowStateAttribute"/> has none of these costs.
    /// </remarks>
    public static ReflectedState<T> Reflect<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>()
        where T : class => new([.. typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(static p => p.GetMethod is { IsPublic: true } && p.SetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0 && !p.IsDefined(typeof(NotAnArtifactAttribute)))
            .OrderBy(static p => DepthOf(p.DeclaringType!)).ThenBy(static p => p.MetadataToken)]);

    private static int DepthOf(Type type) => type.BaseType is { } above ? DepthOf(above) + 1 : 0;
}
