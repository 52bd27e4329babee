namespace Cairn.Catalog.Index;

/// <summary>A run in a list.</summary>
/// <param name="Row">The id of its row.</param>
/// <param name="Id">The id.</param>
/// <param name="Flow">The name of the flow.</param>
/// <param name="Fold">The fold key of that name.</param>
/// <param name="Status">The status as the records have it, or as which the run was closed.</param>
/// <param name="IsDeleted">Whether it is deleted.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">When it ended.</param>
internal sealed record RunItem(long Row, Guid Id, string Flow, string Fold, RunStatus Status, bool IsDeleted, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt)
{
    /// <summary>Whether a record says that the run has ended; not so for a run that was only closed.</summary>
    public bool HasEnded { get; init; }

    /// <summary>The run that this one resumes.</summary>
    public Guid? Origin { get; init; }

    /// <summary>The run that started this one.</summary>
    public Guid? Parent { get; init; }

    public string? Host { get; init; }

    public required string By { get; init; }

    /// <summary>When the newest record of the run was written.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Whether another run of the flow has the same low 40 bits.</summary>
    public bool IsAmbiguous { get; init; }

    /// <summary>Whether the run saved no artifacts.</summary>
    public bool IsDry { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];
}
