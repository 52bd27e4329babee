using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Cairn.Flows;

/// <summary>The properties of a plain class that serves as a state; see <see cref="FlowState.Reflect{T}"/>.</summary>
/// <typeparam name="T">The class.</typeparam>
public sealed class ReflectedState<T>
    where T : class
{
    private readonly PropertyInfo[] _properties;

    internal ReflectedState(PropertyInfo[] properties) => _properties = properties;

    /// <summary>Returns the slots of an object. They read and set its properties.</summary>
    /// <param name="state">The object.</param>
    /// <returns>The slots, in the order of the declarations, those of a base class first.</returns>
    public IFlowState Of(T state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new Reflected([.. _properties.Select(p => new ReflectedSlot(state, p))]);
    }

    private sealed record Reflected(IReadOnlyList<StateSlot> Slots) : IFlowState;
}
