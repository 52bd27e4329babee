namespace Cairn.Catalog.Index;

/// <summary>Selects runs, the newest first. A run that was deleted is left out unless the query says otherwise.</summary>
internal sealed record RunQuery
{
    /// <summary>Gets the fold key of the flow's name.</summary>
    public string? Flow { get; init; }

    /// <summary>Gets the statuses as the records have them, one of which the run has; none for any.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    /// <summary>Gets a tag of the run.</summary>
    public string? Tag { get; init; }

    /// <summary>Gets the earliest time in the id of a run.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Gets the time before which the ids were made.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Gets conditions of parameters, all of which hold.</summary>
    public IReadOnlyList<MetadataCondition> Parameters { get; init; } = [];

    /// <summary>Gets conditions of the last values of metrics, each of which a task meets.</summary>
    public IReadOnlyList<MetadataCondition> Metrics { get; init; } = [];

    /// <summary>Gets whether deleted runs are listed.</summary>
    public bool IncludeDeleted { get; init; }

    /// <summary>Gets whether runs that saved no artifacts are listed.</summary>
    public bool IncludeDry { get; init; } = true;

    /// <summary>Gets the most runs of a page.</summary>
    public int PageSize { get; init; } = 50;

    /// <summary>Gets the <see cref="IndexPage{T}.Next"/> of the page before; null for the first page.</summary>
    public string? After { get; init; }
}
