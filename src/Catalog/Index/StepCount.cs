namespace Cairn.Catalog.Index;

/// <summary>How many tasks of a step have a status; of each item, only the attempt that counts.</summary>
/// <param name="Step">The name of the step.</param>
/// <param name="IsSplit">Whether the tasks are those that made the items of the others.</param>
/// <param name="HasItems">Whether the tasks are those of items.</param>
/// <param name="Status">The status.</param>
/// <param name="Count">The number of tasks.</param>
internal sealed record StepCount(string Step, bool IsSplit, bool HasItems, RunStatus Status, int Count);
