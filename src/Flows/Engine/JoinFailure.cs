namespace Cairn.Flows;

/// <summary>A branch that has failed.</summary>
/// <param name="Step">The step that failed.</param>
/// <param name="Item">The item; null for a branch without items.</param>
/// <param name="Error">The error, as it was thrown.</param>
public sealed record JoinFailure(string Step, string? Item, Exception Error);
