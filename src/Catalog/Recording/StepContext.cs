using Cairn.Artifacts;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;
using Cairn.Materializers;
using Microsoft.Extensions.Logging;

namespace Cairn.Catalog;

/// <summary>A running task, as its code sees it: inputs, outputs, parameters, metrics, log. What it reads is recorded as its inputs.</summary>
/// <remarks>The results become visible together, after the code has returned. A task that throws has no outputs and no exports; its log, metrics and error are recorded. Thread-safe.</remarks>
public sealed class StepContext
{
    internal StepContext(TaskWriter writer, CancellationToken cancellationToken) => (Writer, CancellationToken) = (writer, cancellationToken);

    /// <summary>Gets the id of the run.</summary>
    public Guid RunId => Writer.Run.Id;

    /// <summary>Gets the id of this attempt at the task.</summary>
    public Guid TaskId => Writer.Record.TaskId;

    /// <summary>Gets the name of the step.</summary>
    public string Step => Writer.Record.Step;

    /// <summary>Gets the key of the item; null for a plain step.</summary>
    public string? Item => Writer.Record.Item;

    /// <summary>Gets the position of the item, from 0; null for a plain step.</summary>
    public int? Index => Writer.Record.Index;

    /// <summary>Gets the number of the attempt, from 1.</summary>
    public int Attempt => Writer.Record.Attempt;

    /// <summary>Gets the token that is cancelled when the run is cancelled, or when another task has failed.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Gets the logger of the task: messages from <see cref="LogLevel.Information"/> on are recorded, without the values of secrets, and all are passed on to the program's logger.</summary>
    public ILogger Logger => Writer.Logger;

    internal TaskWriter Writer { get; }

    /// <summary>The digest of the checkpoint that an earlier attempt has left.</summary>
    internal BlobDigest? Earlier { get; init; }

    /// <summary>Adds an output, which is saved when the task ends.</summary>
    /// <typeparam name="T">The type, which a materializer serves.</typeparam>
    /// <param name="name">The name of the output. A step has each name once.</param>
    /// <param name="value">The value, which the step does not change after this call.</param>
    /// <returns>The value.</returns>
    public T Output<T>(string name, T value)
        where T : notnull
    {
        Writer.AddOutput(name, value);
        return value;
    }

    /// <summary>Loads an output of an earlier step of this run.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="name">The name of the output: the newest of that name, or <c>step#name</c>.</param>
    /// <param name="role">What it is for, such as <c>training</c>. Default: <c>input</c>.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: no earlier step has such an output; the message lists those that exist.</exception>
    public async Task<T> InputAsync<T>(string name, string role = "input")
        where T : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(role);
        if (Writer.Run.Kept(name) is { } kept)
            return (T)kept;
        var found = Writer.Run.Find(name);
        Writer.AddInput(new(name, role, found.Artifact) { TaskId = found.TaskId, Output = found.Output });
        return await Writer.Run.Repository.LoadAsync<T>(found.Artifact, CancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads an asset or an artifact as an input.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="reference">The reference, such as <c>churn-model@production</c> or a digest. The version to which it leads is recorded.</param>
    /// <param name="role">What it is for, such as <c>base-model</c>. Default: <c>input</c>.</param>
    public async Task<T> UseAsync<T>(string reference, string role = "input")
        where T : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        var parsed = AssetReference.Parse(reference);
        if (parsed.Digest is { } digest)
        {
            Writer.AddInput(new(reference, role, digest));
            return await Writer.Run.Repository.LoadAsync<T>(digest, CancellationToken).ConfigureAwait(false);
        }
        var version = await Writer.Run.Assets.GetAsync(reference, CancellationToken).ConfigureAwait(false);
        Writer.AddInput(new(reference, role, version.Artifact) { AssetId = version.AssetId, Version = version.Number });
        return await version.As<T>().LoadAsync(CancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets a parameter of the run. The read is recorded: a resumed run repeats the task if the parameter has another value.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">The run has no such parameter.</exception>
    public MetadataValue Parameter(string name)
    {
        Writer.AddParameter(name);
        return Named(name, Writer.Run.Parameters.Get(name));
    }

    /// <summary>Gets a parameter of the run, or a default. The read is recorded, and the default as well if it is used.</summary>
    /// <param name="name">The name.</param>
    /// <param name="fallback">The value if the run has no such parameter.</param>
    public MetadataValue Parameter(string name, MetadataValue fallback)
    {
        ArgumentNullException.ThrowIfNull(fallback);
        if (Writer.Run.Parameters.Values.ContainsKey(name))
            return Parameter(name);
        Writer.AddDefault(name, fallback);
        return Named(name, fallback);
    }

    /// <summary>Reads a secret of the run. Its value is replaced by asterisks in the log and in errors of the run.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">The run has no such secret.</exception>
    /// <exception cref="InvalidOperationException">The variable or the file does not exist or is empty.</exception>
    public string Secret(string name)
    {
        Writer.AddParameter(name);
        return Writer.Run.Parameters.Secrets.Resolve(name);
    }

    /// <summary>Records a point of a metric. Points are published once a second while the task runs, and with its end.</summary>
    /// <param name="name">The name of the metric.</param>
    /// <param name="value">The value, which may be NaN or infinite.</param>
    /// <param name="step">What the caller counts, such as epochs. Default: the number of points before.</param>
    public void Metric(string name, double value, long? step = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Writer.AddMetric(name, value, step);
    }

    /// <summary>Adds a readable file, which is written below <c>exports/</c> when the task ends.</summary>
    /// <param name="export">The file.</param>
    public void Export(Export export)
    {
        ArgumentNullException.ThrowIfNull(export);
        Writer.AddExport(export);
    }

    /// <summary>Saves a checkpoint, with which a later attempt begins: a retry, or the task of a run that resumes this one.</summary>
    /// <typeparam name="T">The type, which a materializer serves.</typeparam>
    /// <param name="value">The checkpoint, which replaces the one before.</param>
    /// <returns>A task that completes when the checkpoint is published.</returns>
    public Task CheckpointAsync<T>(T value)
        where T : notnull => Writer.CheckpointAsync(value, CancellationToken);

    /// <summary>Loads the newest checkpoint of the earlier attempts.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="initial">Makes the value to begin with if there is no checkpoint.</param>
    public async Task<T> RestoreAsync<T>(Func<T> initial)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(initial);
        return Earlier is { } checkpoint ? await Writer.Run.Repository.LoadAsync<T>(checkpoint, CancellationToken).ConfigureAwait(false) : initial();
    }

    private static MetadataValue Named(string name, MetadataValue value) => value.Of($"the parameter '{ErrorText.Escape(name)}'");

    internal void Add(StepResult result)
    {
        foreach (var (name, value) in result.Artifacts)
            Writer.AddOutput(name, value);
        foreach (var export in result.Exports)
            Writer.AddExport(export);
    }
}
