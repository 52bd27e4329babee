using Cairn.Artifacts;

namespace Cairn.Flows;

/// <summary>What a task did to a property of its state: <see cref="Unchanged"/>, <see cref="Changed"/> or <see cref="Removed"/>.</summary>
public abstract record SlotOutcome
{
    private SlotOutcome()
    {
    }

    /// <summary>The task left the property as it was.</summary>
    /// <param name="Value">The value that the property had before the task; null if it had none.</param>
    public sealed record Unchanged(StateValue? Value) : SlotOutcome;

    /// <summary>The task set the property, possibly to equal content, or modified the object that it read.</summary>
    /// <param name="Artifact">The digest of the new content, which is saved.</param>
    /// <param name="Task">The task that saved the content, if the property was set by reference; null for this task.</param>
    public sealed record Changed(BlobDigest Artifact, Guid? Task = null) : SlotOutcome;

    /// <summary>The task set the property to null.</summary>
    public sealed record Removed : SlotOutcome;
}
