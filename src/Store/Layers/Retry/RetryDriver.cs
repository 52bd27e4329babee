using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>
/// Retries operations that failed for a transient reason, for drivers whose service client does not retry. Do not add it to a driver that retries.
/// </summary>
internal sealed class RetryDriver : DelegatingStoreDriver
{
    private readonly RetryPolicy _policy;

    /// <summary>Initializes the layer.</summary>
    /// <param name="inner">The inner driver, which the layer owns.</param>
    /// <param name="options">The retry options.</param>
    /// <param name="context">The clock and the logger factory.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public RetryDriver(StoreDriver inner, RetryOptions? options = null, LayerContext? context = null)
        : base(inner) => _policy = new(inner, options ?? new(), context ?? LayerContext.Default);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        _policy.RunAsync("stat", (Inner, path), static (a, c) => a.Inner.StatAsync(a.path, c), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        _policy.RunAsync("read", (Inner, request), static (a, c) => a.Inner.OpenReadAsync(a.request, c), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        var upload = await _policy.RunAsync("write", (Inner, request), static (a, c) => a.Inner.BeginUploadAsync(a.request, c), cancellationToken).ConfigureAwait(false);
        return new RetryUpload(upload, Inner, request, _policy);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var attempts = _policy.Begin("list");
        while (true)
        {
            TimeSpan delay = default;
            var enumerator = Inner.ListAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (enumerator.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await enumerator.MoveNextAsync().ConfigureAwait(false))
                            yield break;
                    }
                    catch (Exception e) when (attempts.MayRetry(e, onlyRefused: false, cancellationToken, out delay))
                    {
                        break;
                    }
                    var page = enumerator.Current;
                    if (page.Count > 0)
                    {
                        request = request with { StartAfter = page[^1].OrderKey, Limit = request.Limit is { } limit ? Math.Max(1, limit - page.Count) : null };
                        attempts = _policy.Begin("list");
                    }
                    yield return page;
                }
            }
            await _policy.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var attempts = _policy.Begin("delete");
        DeleteResult[]? results = null;
        int[] open = [.. Enumerable.Range(0, request.Targets.Count)];
        while (true)
        {
            TimeSpan delay;
            try
            {
                var answers = await Inner.DeleteAsync(request with { Targets = Array.ConvertAll(open, i => request.Targets[i]) }, cancellationToken).ConfigureAwait(false);
                results ??= new DeleteResult[request.Targets.Count];
                for (var i = 0; i < answers.Count; i++)
                    results[open[i]] = answers[i];
                open = Array.FindAll(open, i => results[i] is { Outcome: DeleteOutcome.Failed, Error: { } error } && Inner.Classify(error).IsTransient);
                if (open.Length == 0 || !attempts.MayRetry(results[open[0]].Error!, onlyRefused: false, cancellationToken, out delay))
                    return results;
            }
            catch (Exception e) when (attempts.MayRetry(e, onlyRefused: false, cancellationToken, out delay))
            {
            }
            catch (Exception) when (results is not null && !cancellationToken.IsCancellationRequested)
            {
                // Part of the batch is done: its results are known, and those that are open keep the failure that they had.
                return results;
            }
            await _policy.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var attempts = _policy.Begin("copy");
        while (true)
        {
            TimeSpan delay;
            try
            {
                return await Inner.CopyAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (attempts.MayRetry(e, onlyRefused: false, cancellationToken, out delay))
            {
            }
            catch (Exception e) when (attempts.Failed > 0 && LostAnswer.IsRefusal(Inner, e))
            {
                return await LostAnswer.RecogniseCopyAsync(Inner, request, e, cancellationToken).ConfigureAwait(false);
            }
            await _policy.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) =>
        await _policy.RunAsync("move", (Inner, request), static async (a, c) =>
        {
            await a.Inner.MoveAsync(a.request, c).ConfigureAwait(false);
            return true;
        }, cancellationToken, onlyRefused: true).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) =>
        await _policy.RunAsync("make_directory", (Inner, path), static async (a, c) =>
        {
            await a.Inner.MakeDirectoryAsync(a.path, c).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) =>
        _policy.RunAsync("touch", (Inner, path), static (a, c) => a.Inner.TouchAsync(a.path, c), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) =>
        _policy.RunAsync("presign", (Inner, request), static (a, c) => a.Inner.PresignAsync(a.request, c), cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var attempts = _policy.Begin("list_staged");
        while (true)
        {
            TimeSpan delay = default;
            var enumerator = Inner.ListStagedAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (enumerator.ConfigureAwait(false))
            {
                var begun = false;
                while (true)
                {
                    try
                    {
                        if (!await enumerator.MoveNextAsync().ConfigureAwait(false))
                            yield break;
                    }
                    catch (Exception e) when (!begun && attempts.MayRetry(e, onlyRefused: false, cancellationToken, out delay))
                    {
                        break;
                    }
                    begun = true;
                    yield return enumerator.Current;
                }
            }
            await _policy.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) =>
        await _policy.RunAsync("remove_staged", (Inner, staged), static async (a, c) =>
        {
            await a.Inner.RemoveStagedAsync(a.staged, c).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
}
