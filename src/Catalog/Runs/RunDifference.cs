namespace Cairn.Catalog;

/// <summary>A row of a <see cref="RunComparison"/>.</summary>
/// <typeparam name="T">The type of the values, which may be null.</typeparam>
/// <param name="Name">The name.</param>
/// <param name="Values">The value of each run; null if it has none.</param>
/// <param name="Differs">Whether the values are not all equal.</param>
public sealed record RunDifference<T>(string Name, IReadOnlyList<T> Values, bool Differs);
