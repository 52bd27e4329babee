namespace Cairn.Catalog;

/// <summary>Where an alias has to be for a move to take effect: anywhere (the default value), nowhere, or at a version.</summary>
public readonly record struct AliasExpectation
{
    private AliasExpectation(bool isStated, int? version) => (IsStated, Version) = (isStated, version);

    /// <summary>Gets the expectation that the alias does not exist.</summary>
    public static AliasExpectation Absent => new(true, null);

    /// <summary>Gets whether anything is expected; false for the default value.</summary>
    public bool IsStated { get; }

    /// <summary>Gets the expected version; null if the alias must not exist, or nothing is expected.</summary>
    public int? Version { get; }

    /// <summary>Returns the expectation that the alias is at a version.</summary>
    public static AliasExpectation At(int version) => new(true, version);

    /// <summary>Returns the expectation that the alias is at a version.</summary>
    public static implicit operator AliasExpectation(int version) => At(version);

    internal bool Holds(int? version) => !IsStated || Version == version;
}
