namespace Cairn.Catalog;

/// <summary>A part of the key of the step cache that two tasks have differently.</summary>
/// <param name="Part">The part: <c>code</c>, <c>item</c>, <c>input.NAME</c>, <c>param.NAME</c>, <c>env.NAME</c> or <c>materializer.ID</c>.</param>
/// <param name="Before">The value that the earlier task had, as JSON; null if its key has no such part.</param>
/// <param name="Now">The value that the task has, as JSON; null if its key has no such part.</param>
public sealed record CachePartDifference(string Part, string? Before, string? Now);
