namespace Cairn.Catalog;

/// <summary>Why a task was taken from the step cache, or ran.</summary>
/// <param name="Task">The task.</param>
/// <param name="Key">The key of the task in the cache, 64 hexadecimal digits.</param>
/// <param name="IsHit">Whether the outputs of an earlier task were used: from the cache, or taken over by a resumed run.</param>
/// <param name="Miss">Why a task with the same key was not used, such as <c>its outputs were removed</c>; null for a hit, or if there was no task with the same key.</param>
/// <param name="Nearest">The earlier task whose key differs in the fewest parts, the newest of several; of a hit, the task whose outputs these are. Null if there is none.</param>
/// <param name="Differences">The parts of the key that differ from those of <paramref name="Nearest"/>, by name.</param>
public sealed record CacheExplanation(TaskInfo Task, string Key, bool IsHit, string? Miss, TaskInfo? Nearest, IReadOnlyList<CachePartDifference> Differences);
