namespace Cairn.Catalog;

/// <summary>Why a task was taken from the step cache, or ran.</summary>
/// <param name="Task">The task.</param>
/// <param name="Key">The key of the task in the cache, 64 hexadecimal digits.</param>
/// <param name="IsHit">Whether the outputs of an earlier task were used: from the cache, or taken over by a resumed run.</param>
/// <param name="Miss">Why a task with the same key was not used, such as <c>its outputs were removed</c>; null for a hit, or if there was no task with the same key.</param>
/// <param name="Nearest">The earlier task whose key differs in the fewest parts, the newest of several; of a hit, the task whose outputs these are. Null if there is none.</param>
/// <param name="Differences">The parts of the key that differ from those of <paramref name="Nearest"/>, by name.</param>
public sealed record CacheExplanation(TaskInfo Task, string Key, bool IsHit, string? Miss, TaskInfo? Nearest, IReadOnlyList<CachePartDifference> Differences)
{
    /// <summary>Gets a sentence that says why the task ran, or whose outputs it has.</summary>
    public string Reason => this switch
    {
        { IsHit: true } => $"{Task.Reference} did not run: it has the outputs of {Nearest?.Reference.ToString() ?? "a task whose run is not in the catalog"}.",
        { Miss: { } reason } => $"{Task.Reference} ran: a task with the same key exists, but {reason}.",
        { Nearest: null } => $"{Task.Reference} ran: no earlier task of the step is in the cache.",
        { Differences: [] } => $"{Task.Reference} ran beside {Nearest.Reference}, which has the same key and had not ended.",
        _ => $"{Task.Reference} ran: its key differs from that of {Nearest.Reference}, the nearest earlier task.",
    };

    /// <summary>Returns <see cref="Reason"/>, and a line for each part of the key that differs.</summary>
    public override string ToString() => string.Join('\n', [Reason, .. Differences.Select(d => $"{d.Part}: {d.Before ?? "-"}, now {d.Now ?? "-"}")]);
}
