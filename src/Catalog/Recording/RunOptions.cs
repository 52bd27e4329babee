namespace Cairn.Catalog;

/// <summary>The options of a run.</summary>
public sealed record RunOptions
{
    /// <summary>Gets the parameters, at most 16 MiB of JSON with <see cref="Secrets"/>; more than 64 KiB are saved as an artifact. Which ones a task has read is recorded.</summary>
    public IDictionary<string, MetadataValue> Parameters { get; init; } = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);

    /// <summary>
    /// Gets the parameters that are secrets: where each is read from, <c>env:NAME</c> or <c>file:PATH</c>. The reference is stored, the value is not, and logs show asterisks in its place.
    /// </summary>
    public IDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Gets the key that this run is for, such as the date of a scheduled job: however often a run is begun with one key, one run takes place. A call that finds a run returns that one, whether it is
    /// running or has ended, with or without success; if that run is lost, a new one takes over the key, and has the lost one as its origin. Any text of 1 to 255 bytes of UTF-8. Default: none.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Gets the tags that the run begins with. Default: none.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Gets the id of the run that this one resumes. Default: none.</summary>
    public Guid? Origin { get; init; }

    /// <summary>Gets the id of the run that starts this one. Default: none.</summary>
    public Guid? Parent { get; init; }

    /// <summary>Gets the environment variables whose values are recorded. No others are. Default: none.</summary>
    public IReadOnlyList<string> EnvironmentVariables { get; init; } = [];

    /// <summary>Gets whether outputs, the state and checkpoints are saved. Without, nothing can be resumed or loaded later. Default: true.</summary>
    public bool SaveArtifacts { get; init; } = true;

    /// <summary>Gets whether exports are written. Default: true. Without exports and artifacts, the run is a dry run: only its records are written.</summary>
    public bool SaveExports { get; init; } = true;

    /// <summary>Gets whether SIGTERM and Ctrl-C cancel the run, which then ends as <see cref="RunStatus.Cancelled"/>. A second signal ends the process. Default: true.</summary>
    public bool CancelOnSignal { get; init; } = true;

    /// <summary>
    /// Gets the receiver of reports on how far the run is: one when it has begun, and one for each change. They come one at a time, in the order of the changes, on the threads of the tasks, which
    /// wait meanwhile: a receiver that is slow slows the run down, and one that throws fails the task. <see cref="Progress{T}"/> does not keep the order. Default: none.
    /// </summary>
    public IProgress<RunProgress>? Progress { get; init; }
}
