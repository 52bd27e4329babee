namespace Cairn.Catalog;

/// <summary>The options of <see cref="RunCollection.ListAsync"/>. All conditions have to hold.</summary>
public sealed record RunListOptions
{
    /// <summary>Gets the name of the flow; case does not count. Default: all.</summary>
    public string? Flow { get; init; }

    /// <summary>Gets the status of the runs. Default: all.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Gets a tag that the runs have. Default: all.</summary>
    public string? Tag { get; init; }

    /// <summary>Gets the earliest time. It is compared with the time in the id of a run, which is that of its beginning. Default: any.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Gets the time before which the runs began. Default: any.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Gets conditions of parameters: <c>Meta.Key("lr") &lt; 0.1</c>. The members of nested objects are separated by dots. Default: none.</summary>
    public IReadOnlyList<MetadataCondition> Parameters { get; init; } = [];

    /// <summary>Gets conditions of metrics: the last value of a metric of this name meets it, in any task. Default: none.</summary>
    public IReadOnlyList<MetadataCondition> Metrics { get; init; } = [];

    /// <summary>Gets whether deleted runs are listed. Default: false.</summary>
    public bool IncludeDeleted { get; init; }

    /// <summary>Gets whether dry runs, which saved no artifacts, are listed. Default: true.</summary>
    public bool IncludeDryRuns { get; init; } = true;

    /// <summary>Gets how new the list has to be. Default: all that is published. A list that is <see cref="Freshness.Cached"/> shows lost runs as running, since only the store tells.</summary>
    public Freshness Freshness { get; init; }
}
