namespace Cairn.Catalog;

/// <summary>An asset: a named thing with numbered versions. A snapshot of its state at the time of the call that returned it.</summary>
public sealed record Asset
{
    internal Asset()
    {
    }

    /// <summary>Gets the id, which never changes.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the current name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the former names that still lead to the asset, the latest first.</summary>
    public required IReadOnlyList<string> FormerNames { get; init; }

    /// <summary>Gets the type, such as <c>model</c>; null if it has none.</summary>
    public required string? Type { get; init; }

    /// <summary>Gets the name that a user interface shows. Default: the current name.</summary>
    public required string Display { get; init; }

    /// <summary>Gets the description; null if it has none.</summary>
    public required string? Description { get; init; }

    /// <summary>Gets the tags, sorted by their UTF-8 bytes.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Gets the version to which each alias leads.</summary>
    public required IReadOnlyDictionary<string, int> Aliases { get; init; }

    /// <summary>Gets the aliases that never move.</summary>
    public required IReadOnlyList<string> FixedAliases { get; init; }

    /// <summary>Gets the aliases that move only with a reason, whether they exist or not.</summary>
    public required IReadOnlyList<string> ProtectedAliases { get; init; }

    /// <summary>Gets the versions that cannot be deleted.</summary>
    public required IReadOnlyList<int> Pinned { get; init; }

    /// <summary>Gets the greatest version number that is not deleted; null if there is none.</summary>
    public required int? Latest { get; init; }

    /// <summary>Gets the greatest version number that was ever used; 0 if there is none. Numbers are used from 1 without gaps, and none is used twice.</summary>
    public required int Newest { get; init; }

    /// <summary>Gets the number of versions that are not deleted.</summary>
    public required int Count { get; init; }

    /// <summary>Gets whether the asset is deleted.</summary>
    public required bool IsDeleted { get; init; }

    /// <summary>Returns the current name.</summary>
    public override string ToString() => Name;
}
