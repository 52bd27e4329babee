using Cairn.Catalog.Names;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.States;
using Microsoft.Extensions.Logging;

namespace Cairn.Catalog;

/// <summary>A run that is being recorded: steps one after the other or side by side, whose results are saved, named and traced.</summary>
/// <remarks>
/// A run is a value that is passed on; nothing is ambient. It succeeds only if <see cref="CompleteAsync"/> is called: disposed without, it has failed.
/// <see cref="Catalog.RunAsync"/> does both, and sees the exception that ends the body. Thread-safe.
/// </remarks>
public sealed partial class Run : IAsyncDisposable
{
    private readonly RunWriter _writer;
    private readonly RunSignals _signals;
    private readonly LiveSign? _sign;
    private int _isEnded;

    internal Run(RunWriter writer, RunSignals signals, bool isOwner)
    {
        (_writer, _signals) = (writer, signals);
        if (isOwner)
            writer.Sign = _sign = new(writer.Repository.Store, writer.Id);
    }

    /// <summary>Gets the id.</summary>
    public Guid Id => _writer.Id;

    /// <summary>Gets the name of the flow.</summary>
    public string Flow => _writer.Flow;

    /// <summary>Gets the reference in its short form, such as <c>Train/7k3f9q2x</c>.</summary>
    public string Reference => $"{Flow}/{ShortRunId.Of(Id)}";

    /// <summary>Gets the token that is cancelled when the run is cancelled.</summary>
    public CancellationToken CancellationToken => _signals.Token;

    internal RunWriter Writer => _writer;

    internal RunSignals Signals => _signals;

    /// <summary>Runs a step.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="name">The name of the step, which a run has once.</param>
    /// <param name="body">The code. If it returns a <see cref="StepResult"/>, its artifacts and exports are saved.</param>
    /// <returns>What the code returns, when its outputs are saved and its record is published. An exception of the code is recorded and thrown as it is.</returns>
    public async Task<T> StepAsync<T>(string name, Func<StepContext, Task<T>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        name = CatalogName.OfStep(name);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isEnded) != 0, this);
        using var task = new TaskWriter(_writer, new(Id, _writer.Source.NextId(), name) { Order = _writer.Reserve(name) });
        var step = new StepContext(task, CancellationToken);
        try
        {
            var result = await body(step).ConfigureAwait(false);
            if (result is StepResult returned)
                step.Add(returned);
            await task.EndAsync(RunStatus.Succeeded, null, null, null, CancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (Exception e)
        {
            var isCancelled = e is OperationCanceledException && CancellationToken.IsCancellationRequested;
            await task.FailAsync(isCancelled ? RunStatus.Cancelled : RunStatus.Failed, CauseOf(isCancelled), e).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a step without a result.</summary>
    /// <param name="name">The name of the step, which a run has once.</param>
    /// <param name="body">The code.</param>
    /// <returns>A task that completes when the outputs are saved and the record is published.</returns>
    public Task StepAsync(string name, Func<StepContext, Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return StepAsync(name, async step =>
        {
            await body(step).ConfigureAwait(false);
            return true;
        });
    }

    /// <summary>Runs a step whose code is synchronous.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="name">The name of the step, which a run has once.</param>
    /// <param name="body">The code. If it returns a <see cref="StepResult"/>, its artifacts and exports are saved.</param>
    public Task<T> StepAsync<T>(string name, Func<StepContext, T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return StepAsync(name, step => Task.FromResult(body(step)));
    }

    /// <summary>Makes an output of this run the next version of an asset. The version says which task made it.</summary>
    /// <param name="output">The output: its name, or <c>step#name</c>.</param>
    /// <param name="asset">The name of the asset.</param>
    /// <param name="options">Metadata, aliases and the mode. Optional.</param>
    /// <param name="cancellationToken">Cancels the promotion.</param>
    /// <returns>The version.</returns>
    public Task<AssetVersion> PromoteAsync(string output, string asset, AssetSaveOptions? options = null, CancellationToken cancellationToken = default)
    {
        var found = _writer.Find(output);
        return _writer.Assets.RegisterAsync(asset, found.Artifact, (options ?? new()) with { Producer = new(Id, found.TaskId) }, cancellationToken);
    }

    /// <summary>Ends the run as succeeded.</summary>
    /// <returns>A task that completes when the end is published.</returns>
    public Task CompleteAsync() => EndAsync(RunStatus.Succeeded, null, null);

    /// <summary>Ends the run as failed, unless it has ended.</summary>
    public async ValueTask DisposeAsync() => await EndAsync(RunStatus.Failed, "ended without CompleteAsync", null).ConfigureAwait(false);

    /// <summary>Ends the run with the error of its body. An error of the store, or of a temporary file, is logged: the caller throws that of the body, which tells more.</summary>
    internal async Task EndAsync(Exception error)
    {
        var isCancelled = error is OperationCanceledException && CancellationToken.IsCancellationRequested;
        try
        {
            await EndAsync(isCancelled ? RunStatus.Cancelled : RunStatus.Failed, isCancelled ? CauseOf(true) : null, error).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogUnrecorded(_writer.Repository.Store.Options.LoggerFactory.CreateLogger<Run>(), Reference, e);
        }
    }

    [LoggerMessage(4, LogLevel.Warning, "The end of the run {Run} could not be recorded. Other programs show it as lost in a few minutes.")]
    private static partial void LogUnrecorded(ILogger logger, string run, Exception exception);

    internal string CauseOf(bool isCancelled) => !isCancelled ? TaskWriter.OwnException : _signals.HasArrived ? TaskWriter.BySignal : TaskWriter.ByCaller;

    internal async Task EndAsync(RunStatus status, string? reason, Exception? error)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
            return;
        try
        {
            await _writer.EndAsync(status, reason, error).ConfigureAwait(false);
        }
        finally
        {
            if (_sign is not null)
                await _sign.DisposeAsync().ConfigureAwait(false);
            _signals.Dispose();
        }
    }
}
