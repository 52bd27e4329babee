using System.Globalization;

namespace Cairn.Catalog;

/// <summary>A row of a <see cref="RunComparison"/>.</summary>
/// <typeparam name="T">The type of the values, which may be null.</typeparam>
/// <param name="Name">The name.</param>
/// <param name="Values">The value of each run; null if it has none.</param>
/// <param name="Differs">Whether the values are not all equal.</param>
public sealed record RunDifference<T>(string Name, IReadOnlyList<T> Values, bool Differs)
{
    /// <summary>Returns the name and the values, such as <c>rate: 0.1, -</c>; a run without a value has <c>-</c>.</summary>
    public override string ToString() => $"{Name}: {string.Join(", ", Values.Select(v => v is null ? "-" : Convert.ToString(v, CultureInfo.InvariantCulture)))}";
}
