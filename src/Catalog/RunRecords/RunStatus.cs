namespace Cairn.Catalog;

/// <summary>The state of a run or of a task.</summary>
public enum RunStatus
{
    /// <summary>It has not begun.</summary>
    Pending,

    /// <summary>It is running.</summary>
    Running,

    /// <summary>It ended as it should.</summary>
    Succeeded,

    /// <summary>It ended with an error, or without being completed.</summary>
    Failed,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>A task that did not run, since an equal task had the outputs already. Only tasks have this state.</summary>
    Cached,

    /// <summary>
    /// It has not ended, and its process has shown no sign of life for three minutes by the clock of the store. Readers compute this state; it is not stored.
    /// </summary>
    Lost,
}
