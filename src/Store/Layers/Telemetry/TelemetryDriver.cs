using System.Diagnostics;
using System.Runtime.CompilerServices;
using Cairn.Providers;
using Microsoft.Extensions.Logging;

namespace Cairn.Layers;

/// <summary>Reports every operation as a span, metrics (<see cref="StoreInstruments"/>) and log entries.</summary>
internal sealed class TelemetryDriver : DelegatingStoreDriver
{
    /// <summary>
    /// A program in which nothing listens to spans or metrics sets this switch to false: the first look for a listener creates all instruments and loads
    /// their assembly.
    /// </summary>
    public const string Switch = "Cairn.Telemetry";

    /// <summary>Initializes the layer.</summary>
    /// <param name="inner">The inner driver, which the layer owns.</param>
    /// <param name="options">The telemetry options.</param>
    /// <param name="context">The clock and the logger factory.</param>
    public TelemetryDriver(StoreDriver inner, TelemetryOptions? options = null, LayerContext? context = null)
        : base(inner)
    {
        context ??= LayerContext.Default;
        Options = options ?? new();
        Time = context.TimeProvider;
        Logger = context.LoggerFactory.CreateLogger<TelemetryDriver>();
    }

    internal TelemetryOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    private bool IsHeard =>
        ((!AppContext.TryGetSwitch(Switch, out var isOn) || isOn)
            && (StoreInstruments.Source.HasListeners() || StoreInstruments.Durations.Enabled || StoreInstruments.Bytes.Enabled || StoreInstruments.Active.Enabled))
        || Logger.IsEnabled(LogLevel.Warning);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        IsHeard ? TellAsync("stat", path, path, static (d, p, c) => d.StatAsync(p, c), cancellationToken) : Inner.StatAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        IsHeard ? TellReadAsync(request, cancellationToken) : Inner.OpenReadAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        IsHeard ? TellUploadAsync(request, cancellationToken) : Inner.BeginUploadAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        IsHeard ? TellListAsync("list", request.Directory, Inner.ListAsync(request, cancellationToken), cancellationToken) : Inner.ListAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        IsHeard ? TellDeleteAsync(request, cancellationToken) : Inner.DeleteAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) =>
        IsHeard ? TellAsync("copy", request.Target, request, static (d, r, c) => d.CopyAsync(r, c), cancellationToken) : Inner.CopyAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) =>
        IsHeard ? TellAsync("move", request.Target, request, static (d, r, c) => d.MoveAsync(r, c), cancellationToken) : Inner.MoveAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) =>
        IsHeard ? TellAsync("make_directory", path, path, static (d, p, c) => d.MakeDirectoryAsync(p, c), cancellationToken) : Inner.MakeDirectoryAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) =>
        IsHeard ? TellAsync("touch", path, path, static (d, p, c) => d.TouchAsync(p, c), cancellationToken) : Inner.TouchAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) =>
        IsHeard ? TellAsync("presign", request.Path, request, static (d, r, c) => d.PresignAsync(r, c), cancellationToken) : Inner.PresignAsync(request, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) =>
        IsHeard ? TellListAsync("list_staged", default, Inner.ListStagedAsync(cancellationToken), cancellationToken) : Inner.ListStagedAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) =>
        IsHeard
            ? TellAsync("remove_staged", staged.Path ?? default, staged, static (d, s, c) => d.RemoveStagedAsync(s, c), cancellationToken)
            : Inner.RemoveStagedAsync(staged, cancellationToken);

    private async ValueTask<T> TellAsync<TArgument, T>(
        string name, StorePath path, TArgument argument, Func<StoreDriver, TArgument, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var operation = new StoreOperation(this, name, path);
        try
        {
            var result = await call(Inner, argument, cancellationToken).ConfigureAwait(false);
            operation.Succeed();
            return result;
        }
        catch (Exception e)
        {
            operation.Fail(e);
            throw;
        }
    }

    private async ValueTask TellAsync<TArgument>(
        string name, StorePath path, TArgument argument, Func<StoreDriver, TArgument, CancellationToken, ValueTask> call, CancellationToken cancellationToken)
    {
        var operation = new StoreOperation(this, name, path);
        try
        {
            await call(Inner, argument, cancellationToken).ConfigureAwait(false);
            operation.Succeed();
        }
        catch (Exception e)
        {
            operation.Fail(e);
            throw;
        }
    }

    private async ValueTask<StoreRead> TellReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var operation = new StoreOperation(this, "read", request.Path);
        try
        {
            var read = await Inner.OpenReadAsync(request, cancellationToken).ConfigureAwait(false);
            return new(read.Info, new TelemetryReadStream(read.Content, operation), read);
        }
        catch (Exception e)
        {
            operation.Fail(e);
            throw;
        }
    }

    private async ValueTask<StoreUpload> TellUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        var operation = new StoreOperation(this, "write", request.Path);
        try
        {
            return new TelemetryUpload(await Inner.BeginUploadAsync(request, cancellationToken).ConfigureAwait(false), operation);
        }
        catch (Exception e)
        {
            operation.Fail(e);
            throw;
        }
    }

    private async ValueTask<IReadOnlyList<DeleteResult>> TellDeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var operation = new StoreOperation(this, "delete", request.Targets.Count == 1 ? request.Targets[0].Path : default);
        try
        {
            var results = await Inner.DeleteAsync(request, cancellationToken).ConfigureAwait(false);
            if (results.FirstOrDefault(r => r.Outcome == DeleteOutcome.Failed) is { } failed)
                operation.Fail(failed.Error ?? new StoreException(StoreErrorCode.Unknown, "a target was not deleted"));
            else
                operation.Succeed();
            return results;
        }
        catch (Exception e)
        {
            operation.Fail(e);
            throw;
        }
    }

    private async IAsyncEnumerable<T> TellListAsync<T>(
        string name, StorePath directory, IAsyncEnumerable<T> pages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var operation = new StoreOperation(this, name, directory);
        var inStore = TimeSpan.Zero;
        var enumerator = pages.GetAsyncEnumerator(cancellationToken);
        await using (enumerator.ConfigureAwait(false))
        {
            try
            {
                while (true)
                {
                    // Between pages the caller's context is current; the service's calls belong below this span.
                    Activity.Current = operation.Activity ?? Activity.Current;
                    var asked = Time.GetTimestamp();
                    bool more;
                    try
                    {
                        more = await enumerator.MoveNextAsync().ConfigureAwait(false);
                    }
                    catch (Exception e)
                    {
                        operation.Fail(e, inStore + Time.GetElapsedTime(asked));
                        throw;
                    }
                    inStore += Time.GetElapsedTime(asked);
                    if (!more)
                        yield break;
                    yield return enumerator.Current;
                }
            }
            finally
            {
                operation.Succeed(inStore);
            }
        }
    }
}
