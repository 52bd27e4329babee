using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>Tries again what failed for a passing reason: for drivers whose service client has no retries of its own, never on top of one that has.</summary>
/// <remarks>
/// <para>Only faults that <see cref="StoreDriver.Classify"/> calls transient count, with exponential backoff and full jitter, never sooner than the store's <c>RetryAfter</c>. Attempts, time and a budget
/// for all calls of the store together are bounded (<see cref="RetryOptions"/>); when one is used up, the last failure is thrown as it is.</para>
/// <list type="bullet">
/// <item>Stat, opening a read, make directory, presign, touch (the time becomes "now" again), beginning an upload, a part: repeated.</item>
/// <item>A listing goes on after the last entry that it gave, so no entry comes twice; each page that arrives starts the count anew.</item>
/// <item>Delete: repeated, in a batch for the targets that failed alone. After a lost answer a repeated delete may report <see cref="DeleteOutcome.Missing"/> for what the first one removed.</item>
/// <item>Completing an upload, and copy: repeated. When a conditional one is then refused with AlreadyExists or PreconditionFailed, the lost attempt may have
/// succeeded: what stands there is compared with what was sent. Equal is success; otherwise, or when it cannot be told, the refusal is thrown and says that it may be the caller's own write. Equal
/// content from another writer cannot be told apart; a driver that can (by its service's version numbers) recognises its own success itself.</item>
/// <item>Move: only after Throttled, which is sure to have moved nothing.</item>
/// <item>Content streams are not repeated here: the façade resumes them at the byte where they broke.</item>
/// <item>A listing of staged uploads is repeated until its first entry has come.</item>
/// </list>
/// </remarks>
public sealed class RetryDriver : DelegatingStoreDriver
{
    private readonly RetryPolicy _policy;

    /// <summary>Makes the layer.</summary>
    /// <param name="inner">The driver below; owned.</param>
    /// <param name="options">When to try again.</param>
    /// <param name="context">Clock and log.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RetryDriver(StoreDriver inner, RetryOptions? options = null, LayerContext? context = null)
        : base(inner) => _policy = new(inner, options ?? new(), context ?? LayerContext.Default);

    /// <inheritdoc/>
    public override ValueTask<ArtifactInfo?> StatAsync(ArtifactPath path, CancellationToken cancellationToken) =>
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
    public override async IAsyncEnumerable<IReadOnlyList<ArtifactInfo>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
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
    public override async ValueTask<ArtifactInfo> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
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
    public override async ValueTask MakeDirectoryAsync(ArtifactPath path, CancellationToken cancellationToken) =>
        await _policy.RunAsync("make_directory", (Inner, path), static async (a, c) =>
        {
            await a.Inner.MakeDirectoryAsync(a.path, c).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override ValueTask<ArtifactInfo> TouchAsync(ArtifactPath path, CancellationToken cancellationToken) =>
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
