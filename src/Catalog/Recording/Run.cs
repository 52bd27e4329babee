using Cairn.Catalog.Names;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.States;
using Cairn.Errors;
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
    private readonly RunHold? _hold;
    private readonly LiveSign? _sign;
    private int _isEnded;

    internal Run(RunWriter writer, RunSignals signals, bool isOwner, RunHold? hold = null)
    {
        (_writer, _signals, _hold) = (writer, signals, hold);
        if (isOwner)
            writer.Sign = _sign = new(writer.Repository.Store, writer.Id, hold is null ? null : GiveWayAsync);
    }

    /// <summary>Initializes a run that another caller has begun with the same key.</summary>
    internal static Run OfExisting(RunWriter writer, CancellationToken cancellationToken) =>
        new(writer, new(isListening: false, cancellationToken), isOwner: false) { IsExisting = true, _isEnded = 1 };

    /// <summary>Gets the id.</summary>
    public Guid Id => _writer.Id;

    /// <summary>Gets the name of the flow.</summary>
    public string Flow => _writer.Flow;

    /// <summary>Gets the reference in its short form, such as <c>Train/7k3f9q2x</c>.</summary>
    public string Reference => _writer.Reference;

    /// <summary>Gets whether the run was begun before with the same <see cref="RunOptions.Key"/>: it has no steps to run here, and <see cref="CompleteAsync"/> does nothing.</summary>
    public bool IsExisting { get; private init; }

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
        if (IsExisting)
            throw new InvalidOperationException($"The run {Reference} was begun before with the same key, so it cannot run the step '{ErrorText.Escape(name)}' here. Look at IsExisting first.");
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isEnded) != 0, this);
        var order = _writer.Reserve(name);
        return await (_writer.Progress is { } progress
            ? progress.TrackAsync(name, () => StepAsync(name, order, body), isCounted: true, CancellationToken)
            : StepAsync(name, order, body)).ConfigureAwait(false);
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
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: another process has taken over the key of the run, which gave no sign of life. The
    /// run has ended as cancelled.</exception>
    public Task CompleteAsync() => EndAsync(RunStatus.Succeeded, null, null);

    /// <summary>Ends the run as failed, unless it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(RunStatus.Failed, "ended without CompleteAsync", null).ConfigureAwait(false);
        _signals.Dispose();
    }

    /// <summary>Ends the run with the error of its body. An error of the store, or of a temporary file, is logged: the caller throws that of the body, which tells more.</summary>
    internal async Task EndAsync(Exception error)
    {
        var isCancelled = error is OperationCanceledException && CancellationToken.IsCancellationRequested;
        var logger = _writer.Repository.Store.Options.LoggerFactory.CreateLogger<Run>();
        var place = _writer.Mark(error);
        if (!isCancelled)
            LogFailed(logger, place, error.GetType().Name, _writer.Parameters.Secrets.Hide(error.Message));
        try
        {
            await EndAsync(isCancelled ? RunStatus.Cancelled : RunStatus.Failed, isCancelled ? CauseOf(true) : null, error).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogUnrecorded(logger, Reference, e);
        }
    }

    [LoggerMessage(7, LogLevel.Error, "{Task} failed: {Type}: {Message}")]
    private static partial void LogFailed(ILogger logger, string task, string type, string message);

    [LoggerMessage(4, LogLevel.Warning, "The end of the run {Run} could not be recorded. Other programs show it as lost in a few minutes.")]
    private static partial void LogUnrecorded(ILogger logger, string run, Exception exception);

    /// <summary>Cancels the run if another process has taken over its key.</summary>
    private async Task GiveWayAsync(CancellationToken cancellationToken)
    {
        if (await _hold!.FindSuccessorAsync(cancellationToken).ConfigureAwait(false) is not null)
            await _signals.CancelAsync().ConfigureAwait(false);
    }

    internal string CauseOf(bool isCancelled) => !isCancelled ? TaskWriter.OwnException : _signals.HasArrived ? TaskWriter.BySignal : TaskWriter.ByCaller;

    internal async Task EndAsync(RunStatus status, string? reason, Exception? error)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
            return;
        try
        {
            var successor = _hold is null ? null : await _hold.FindSuccessorAsync(CancellationToken.None).ConfigureAwait(false);
            if (successor is { } other)
                (reason, error) = ($"the run {Flow}/{ShortRunId.Of(other)} has taken over the key", status == RunStatus.Succeeded ? null : error);
            await _writer.EndAsync(successor is null ? status : RunStatus.Cancelled, reason, error).ConfigureAwait(false);
            if (successor is { } next && status == RunStatus.Succeeded)
            {
                throw new StoreException(new StoreFault(StoreErrorCode.PreconditionFailed, $"the run {Flow}/{ShortRunId.Of(next)} has taken over the key, since this one gave no sign of life for minutes")
                {
                    Advice = "Use the results of that run.",
                }).WithContext($"complete the run {Reference} in", _writer.Repository.Store.Root);
            }
        }
        finally
        {
            if (_sign is not null)
                await _sign.DisposeAsync().ConfigureAwait(false);
            _signals.Dispose();
        }
    }

    private async Task<T> StepAsync<T>(string name, int order, Func<StepContext, Task<T>> body)
    {
        using var task = new TaskWriter(_writer, new(Id, _writer.Source.NextId(), name) { Order = order });
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
}
