using System.Net;
using Cairn.Providers;
using Google;
using Google.Apis.Requests;
using Google.Apis.Storage.v1;

namespace Cairn.Providers.Gcs;

/// <summary>
/// Deletes up to a hundred objects with one request to the batch endpoint, or individually if the server has no such endpoint. Deletes that failed for a
/// transient reason are sent in another batch.
/// </summary>
internal sealed class GcsBatch(GcsDriver driver)
{
    /// <summary>The maximum number of calls in one batch.</summary>
    public const int Most = 100;

    private volatile bool _isMissing;

    /// <summary>
    /// Deletes objects, each in the given generation if there is one. Returns one result per name; the failure of a delete is part of its result.
    /// </summary>
    public async ValueTask<IReadOnlyList<(DeleteOutcome Outcome, Exception? Error)>> DeleteAsync(IReadOnlyList<(string Key, long? Generation)> targets, CancellationToken cancellationToken)
    {
        var results = new (DeleteOutcome Outcome, Exception? Error)[targets.Count];
        // A name that the service does not support does not exist.
        Array.Fill(results, (DeleteOutcome.Missing, null));
        int[] open = [.. Enumerable.Range(0, targets.Count).Where(i => GcsKeys.IsHeld(targets[i].Key))];
        if (targets.Count == 1)
        {
            // The failure of a single target is the failure of the whole call.
            return open.Length == 0 || await driver.DeleteObjectAsync(targets[0].Key, targets[0].Generation, cancellationToken).ConfigureAwait(false) is false
                ? results : [(DeleteOutcome.Deleted, null)];
        }
        var attempts = driver.Client.Begin();
        while (true)
        {
            foreach (var chunk in open.Chunk(Most))
            {
                if (_isMissing || !await TryBatchAsync(targets, chunk, results, cancellationToken).ConfigureAwait(false))
                    await DeleteEachAsync(targets, chunk, results, cancellationToken).ConfigureAwait(false);
            }
            open = Array.FindAll(open, i => results[i].Error is { } error && GcsErrors.Classify(error).IsTransient);
            if (open.Length == 0 || !attempts.MayRetry(results[open[0]].Error!, cancellationToken, out var delay))
                return results;
            await driver.Client.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>false if the server has no batch endpoint; nothing was done then.</returns>
    private async ValueTask<bool> TryBatchAsync(IReadOnlyList<(string Key, long? Generation)> targets, int[] chunk, (DeleteOutcome Outcome, Exception? Error)[] results,
        CancellationToken cancellationToken)
    {
        try
        {
            return await driver.Client.RunAsync(
                async (service, patience) =>
                {
                    var answers = 0;
                    var batch = new BatchRequest(service, driver.Addresses.Batch);
                    foreach (var i in chunk)
                    {
                        batch.Queue<string>(new ObjectsResource.DeleteRequest(service, driver.Keys.Bucket, targets[i].Key) { IfGenerationMatch = targets[i].Generation }, (_, error, _, answer) =>
                        {
                            answers++;
                            results[i] = ResultOf(answer.StatusCode, error);
                        });
                    }
                    await batch.ExecuteAsync(patience.Token).ConfigureAwait(false);
                    // A missing part may or may not have been deleted: another request determines that.
                    return answers == chunk.Length ? true : throw new EndOfStreamException("The response to the batch is incomplete.");
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.InnerException is GoogleApiException { HttpStatusCode: HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented })
        {
            _isMissing = true;
            return false;
        }
    }

    private async ValueTask DeleteEachAsync(IReadOnlyList<(string Key, long? Generation)> targets, int[] chunk, (DeleteOutcome Outcome, Exception? Error)[] results,
        CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(chunk, new ParallelOptions { MaxDegreeOfParallelism = driver.Options.Parallelism, CancellationToken = cancellationToken }, async (i, token) =>
        {
            try
            {
                results[i] = (await driver.DeleteObjectAsync(targets[i].Key, targets[i].Generation, token).ConfigureAwait(false) ? DeleteOutcome.Deleted : DeleteOutcome.Missing, null);
            }
            catch (Exception e) when (!token.IsCancellationRequested)
            {
                results[i] = (DeleteOutcome.Failed, e);
            }
        }).ConfigureAwait(false);

    private static (DeleteOutcome, Exception?) ResultOf(HttpStatusCode status, RequestError? error)
    {
        if ((int)status is >= 200 and < 300)
            return (DeleteOutcome.Deleted, null);
        var failure = new GoogleApiException("storage") { Error = error, HttpStatusCode = status };
        return GcsErrors.IsMissing(failure) ? (DeleteOutcome.Missing, null) : (DeleteOutcome.Failed, failure);
    }
}
