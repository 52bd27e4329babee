using System.Net;
using System.Xml;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>Deletes a batch, in one request if there are several targets, and reports each failure.</summary>
internal sealed class S3Deletion(S3Driver driver, DeleteRequest request)
{
    private const int Tries = 5;

    private readonly DeleteResult[] _results = new DeleteResult[request.Targets.Count];

    public async ValueTask<IReadOnlyList<DeleteResult>> RunAsync(CancellationToken cancellationToken)
    {
        var batch = new List<int>();
        var single = new List<int>();
        for (var i = 0; i < _results.Length; i++)
        {
            var key = KeyOf(i);
            if (!S3Keys.Fits(key))
                _results[i] = new(request.Targets[i].Path, request.ReportMissing ? DeleteOutcome.Missing : DeleteOutcome.Deleted);
            else
                (_results.Length == 1 || !IsXml(key) ? single : batch).Add(i);
        }
        var options = new ParallelOptions { MaxDegreeOfParallelism = driver.Options.Parallelism, CancellationToken = cancellationToken };
        // A marker is deleted in the version that was seen to be empty: an object with content belongs to another program.
        single.AddRange(batch.Where(IsMarker));
        batch.RemoveAll(IsMarker);
        await Parallel.ForEachAsync(single, options, DeleteOneAsync).ConfigureAwait(false);
        if (batch.Count > 0)
            await DeleteBatchAsync(batch, cancellationToken).ConfigureAwait(false);
        return _results;
    }

    /// <summary>
    /// A batch is sent as XML, which cannot represent most control characters and in which parsers convert a carriage return to a line feed.
    /// </summary>
    private static bool IsXml(string key) => key.All(static c => XmlConvert.IsXmlChar(c) ? c >= ' ' : char.IsSurrogate(c));

    private bool IsMarker(int i) => request.Targets[i].Kind == EntryKind.Directory;

    private string KeyOf(int i) => driver.Keys.Key(request.Targets[i].Path, request.Targets[i].Kind);

    private async ValueTask DeleteOneAsync(int i, CancellationToken cancellationToken)
    {
        var path = request.Targets[i].Path;
        try
        {
            _results[i] = new(path, await DeleteOneAsync(KeyOf(i), request.Targets[i].IfMatch, IsMarker(i), cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is StoreException || (e is AmazonS3Exception { ErrorCode: not "NoSuchBucket" } && _results.Length > 1))
        {
            _results[i] = new(path, DeleteOutcome.Failed, e);
        }
    }

    /// <summary>
    /// The service does not report whether the object existed. To determine this, its etag is requested and the delete is made conditional on it: of several
    /// concurrent deletes, exactly one succeeds. The same applies to the delete of one version: not every service honors the condition, and then only the
    /// preceding check remains.
    /// </summary>
    private async ValueTask<DeleteOutcome> DeleteOneAsync(string key, string? version, bool isMarker, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            string? etag = null;
            if (request.ReportMissing || version is not null || isMarker)
            {
                (etag, var length) = await LookAsync(key, cancellationToken).ConfigureAwait(false);
                if (etag is null)
                    return request.ReportMissing || version is not null ? DeleteOutcome.Missing : DeleteOutcome.Deleted;
                if (isMarker && length > 0)
                    throw ObjectKeys.HasContent(key);
                if (version is not null && etag != version)
                    throw new StoreException(StoreErrorCode.PreconditionFailed, "it has changed");
            }
            try
            {
                await driver.Client.DeleteObjectAsync(new() { BucketName = driver.Keys.Bucket, Key = key, IfMatch = driver.DeletesUnbound ? null : etag, RequestPayer = driver.Payer },
                    cancellationToken).ConfigureAwait(false);
                return DeleteOutcome.Deleted;
            }
            catch (AmazonS3Exception e) when (etag is not null && tries < Tries && (S3Errors.IsMissing(e) || e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict))
            {
                // Deleted or replaced concurrently, or the response of a first attempt was lost: check again.
                continue;
            }
            catch (AmazonS3Exception e) when (etag is not null && e.StatusCode == HttpStatusCode.NotImplemented && !driver.DeletesUnbound)
            {
                driver.DeletesUnbound = true;
            }
        }
    }

    private async ValueTask<(string? ETag, long Length)> LookAsync(string key, CancellationToken cancellationToken)
    {
        return await driver.HeadAsync(key, null, cancellationToken).ConfigureAwait(false) is { } head ? (S3Marks.ETag(head.ETag), head.ContentLength) : default;
    }

    private async ValueTask DeleteBatchAsync(List<int> batch, CancellationToken cancellationToken)
    {
        var there = new bool[_results.Length];
        Array.Fill(there, !request.ReportMissing);
        if (request.ReportMissing)
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = driver.Options.Parallelism, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(batch, options, async (i, token) => there[i] = (await LookAsync(KeyOf(i), token).ConfigureAwait(false)).ETag is not null).ConfigureAwait(false);
        }
        var errors = new Dictionary<string, StoreException>(StringComparer.Ordinal);
        try
        {
            var response = await driver.Client.DeleteObjectsAsync(
                new()
                {
                    BucketName = driver.Keys.Bucket,
                    Objects = [.. batch.Select(i => new KeyVersion { Key = KeyOf(i), ETag = request.Targets[i].IfMatch })],
                    Quiet = true,
                    RequestPayer = driver.Payer,
                },
                cancellationToken).ConfigureAwait(false);
            Note(response);
        }
        catch (DeleteObjectsException e)
        {
            Note(e.Response);
        }
        // The response to a batch does not reveal whether a refused version has changed or no longer exists.
        var refused = batch.FindAll(i => request.Targets[i].IfMatch is not null && errors.TryGetValue(KeyOf(i), out var error)
            && error.Code is StoreErrorCode.PreconditionFailed or StoreErrorCode.NotFound);
        foreach (var i in batch.Except(refused))
        {
            var path = request.Targets[i].Path;
            _results[i] = errors.TryGetValue(KeyOf(i), out var error) ? new(path, DeleteOutcome.Failed, error) : new(path, there[i] ? DeleteOutcome.Deleted : DeleteOutcome.Missing);
        }
        foreach (var i in refused)
            await DeleteOneAsync(i, cancellationToken).ConfigureAwait(false);

        void Note(DeleteObjectsResponse response)
        {
            foreach (var error in response.DeleteErrors ?? [])
                errors[error.Key] = new(S3Errors.OfBatch(error.Code, error.Message));
        }
    }
}
