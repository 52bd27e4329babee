namespace Cairn.Catalog.Index;

/// <summary>A page of a list.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">The cursor of the next page; null at the end.</param>
internal sealed record IndexPage<T>(IReadOnlyList<T> Items, string? Next);
