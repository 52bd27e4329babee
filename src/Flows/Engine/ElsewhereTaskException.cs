using Cairn.Catalog;

namespace Cairn.Flows;

/// <summary>A task that another process ran has failed.</summary>
public sealed class ElsewhereTaskException : Exception
{
    internal ElsewhereTaskException(string step, string? item, RunFailure? failure)
        : base($"The task {step}{(item is null ? "" : "/" + item)}, which another process ran, failed: {failure?.Type ?? "unknown error"}: {failure?.Message ?? "its record has no error"}") =>
        (Step, Item, Failure) = (step, item, failure);

    /// <summary>Gets the step.</summary>
    public string Step { get; }

    /// <summary>Gets the item.</summary>
    public string? Item { get; }

    /// <summary>Gets the error that the task recorded; null if it recorded none.</summary>
    public RunFailure? Failure { get; }
}
