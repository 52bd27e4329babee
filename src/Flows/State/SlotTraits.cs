namespace Cairn.Flows;

/// <summary>What is known about a property of a state at compile time.</summary>
[Flags]
public enum SlotTraits
{
    /// <summary>The property can be modified through the object that it returns, is never null, and is saved.</summary>
    None = 0,

    /// <summary>The type has no members that modify an object. A value that was only read keeps its digest and is not serialized again.</summary>
    Immutable = 1,

    /// <summary>The type permits null. A property without a value is then null.</summary>
    Nullable = 2,

    /// <summary>The value is never saved; see <see cref="SecretAttribute"/>.</summary>
    Secret = 4,
}
