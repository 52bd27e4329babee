namespace Cairn.Catalog.Index;

/// <summary>A task as its records say.</summary>
/// <param name="Row">The id of its row.</param>
/// <param name="RunRow">The id of the row of its run.</param>
/// <param name="Content">Its record as stored; null if only its progress is known.</param>
/// <param name="Progress">The record of its progress as stored; null if there is none, or if the task has ended.</param>
internal sealed record TaskItem(long Row, long RunRow, byte[]? Content, byte[]? Progress);
