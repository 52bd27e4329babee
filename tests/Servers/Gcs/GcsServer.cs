using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Cairn.TestServers.Gcs;

/// <summary>The service behind the fake: its buckets, and the table of what each method and path does.</summary>
internal sealed class GcsServer
{
    private static readonly string[] _absentOfBuckets = ["acl", "anywhereCaches", "defaultObjectAcl", "folders", "iam", "lockRetentionPolicy", "managedFolders", "notificationConfigs",
        "operations", "relocate", "restore"];
    private static readonly string[] _absentOfObjects = ["acl", "iam", "restore"];
    private readonly GcsFakeOptions _options;
    private readonly GcsUploads _uploads;
    private readonly GcsCopies _copies;
    private readonly GcsBatch _batch;

    public GcsServer(GcsFakeOptions options)
    {
        Buckets = new GcsBuckets(options);
        _options = options;
        _uploads = new GcsUploads(this, options);
        _copies = new GcsCopies(options);
        _batch = new GcsBatch(this, options);
        Tokens = new GcsTokens(options);
    }

    public GcsBuckets Buckets { get; }
    public GcsUploads Uploads => _uploads;
    public GcsTokens Tokens { get; }
    public ConcurrentQueue<PlannedFault> Faults { get; } = new();
    public ConcurrentQueue<PlannedHold> Holds { get; } = new();

    public async Task HandleAsync(HttpContext context)
    {
        var call = new GcsCall(context, _options);
        context.Response.Headers["X-GUploader-UploadID"] = Guid.NewGuid().ToString("N");
        try
        {
            if (Holds.FirstOrDefault(hold => hold.Takes(call.Method, call.RawPath)) is { } held) await held.WaitAsync(context);
            if (Faults.FirstOrDefault(fault => fault.Takes(call.Method, call.RawPath)) is { } planned) throw planned.ToError();
            if (GcsSignedUrls.IsSigned(call)) await GcsSignedUrls.HandleAsync(this, call);
            else if (GcsXml.Speaks(call)) await GcsXml.HandleAsync(this, call);
            else await DispatchAsync(call);
        }
        catch (GcsError error) when (!context.Response.HasStarted)
        {
            await call.ErrorAsync(error);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    /// <summary>The bucket, checked for requester pays; throws 404.</summary>
    public GcsBucket Bucket(GcsCall call, string name)
    {
        var bucket = Buckets.Find(name) ?? throw GcsError.NoBucket();
        if (bucket.RequesterPays && call.Query("userProject") is null && call.Header("x-goog-user-project") is null)
            throw GcsError.Required("Bucket is a requester pays bucket but no user project provided.", "userProject");
        return bucket;
    }

    public static string CheckObjectName(string? name)
    {
        if (string.IsNullOrEmpty(name)) throw GcsError.Required("Required", "name");
        if (System.Text.Encoding.UTF8.GetByteCount(name) > 1024) throw GcsError.Invalid("The maximum object length is 1024 characters, but got a name with more.", "name");
        if (name is "." or ".." || name.AsSpan().IndexOfAny('\r', '\n') >= 0 || name.StartsWith(".well-known/acme-challenge/", StringComparison.Ordinal))
            throw GcsError.Invalid("Invalid object name", "name");
        return name;
    }

    /// <summary>Also what a batch calls for each of its parts.</summary>
    public async Task DispatchAsync(GcsCall call)
    {
        string[] path = call.Segments;
        switch (path)
        {
            case ["token"] or ["computeMetadata", ..]: await Tokens.HandleAsync(call); return;
            case ["upload" or "resumable", .., "b", var bucket, "o"] when call.Query("upload_id") is { } id:
                // The session URI is its own authority, as in the service.
                await _uploads.ContinueAsync(call, bucket, id);
                return;
        }
        call.Access = Tokens.Demand(call, writes: call.Method is not ("GET" or "HEAD"));
        await ((path, call.Method) switch
        {
            (["storage", "v1", "b"], "GET") => Buckets.ListAsync(call),
            (["storage", "v1", "b"], "POST") => Buckets.CreateAsync(call),
            (["storage", "v1", "b", var b], "GET") => GcsBuckets.GetAsync(call, Bucket(call, b)),
            (["storage", "v1", "b", var b], "PATCH" or "PUT") => GcsBuckets.ChangeAsync(call, Bucket(call, b)),
            (["storage", "v1", "b", var b], "DELETE") => Buckets.DeleteAsync(call, Bucket(call, b)),
            (["storage", "v1", "b", var b, "storageLayout"], "GET") => GcsBuckets.LayoutAsync(call, Bucket(call, b)),
            (["storage", "v1", "b", var b, "iam", "testPermissions"], "GET") when Bucket(call, b) is not null => GcsBuckets.TestPermissionsAsync(call),
            (["storage", "v1", "b", var b, "o"], "GET") => GcsListing.ListAsync(call, Bucket(call, b)),
            (["storage", "v1", "b", _, "o"], "POST") => throw GcsError.Required("Upload requests must go to the /upload path", "uploadType"),
            (["storage", "v1", "b", var b, "o", var o], "GET" or "HEAD") => GetAsync(call, Bucket(call, b), o),
            (["download", "storage", "v1", "b", var b, "o", var o], "GET" or "HEAD") => GetAsync(call, Bucket(call, b), o),
            (["storage", "v1", "b", var b, "o", var o], "PATCH") => ChangeAsync(call, Bucket(call, b), o, replace: false),
            (["storage", "v1", "b", var b, "o", var o], "PUT") => ChangeAsync(call, Bucket(call, b), o, replace: true),
            (["storage", "v1", "b", var b, "o", var o], "DELETE") => DeleteAsync(call, Bucket(call, b), o),
            (["storage", "v1", "b", var b, "o", var o, "compose"], "POST") => _copies.ComposeAsync(call, Bucket(call, b), o),
            (["storage", "v1", "b", var b, "o", var o, "rewriteTo", "b", var db, "o", var d], "POST") => _copies.RewriteAsync(call, Bucket(call, b), o, Bucket(call, db), d),
            (["storage", "v1", "b", var b, "o", var o, "copyTo", "b", var db, "o", var d], "POST") => _copies.CopyAsync(call, Bucket(call, b), o, Bucket(call, db), d),
            (["storage", "v1", "b", var b, "o", var o, "moveTo", "o", var d], "POST") => GcsCopies.MoveAsync(call, Bucket(call, b), o, d),
            (["upload", "storage", "v1", "b", var b, "o"], "POST") => _uploads.StartAsync(call, Bucket(call, b)),
            (["batch", "storage", "v1"], "POST") => _batch.HandleAsync(call),
            (["storage", "v1", "b", _, var part, ..], _) when _absentOfBuckets.Contains(part) => throw GcsError.Absent(),
            (["storage", "v1", "b", _, "o", _, var part, ..], _) when _absentOfObjects.Contains(part) => throw GcsError.Absent(),
            (["storage", "v1", "projects", ..], _) => throw GcsError.Absent(),
            _ => throw new GcsError(404, "notFound", "Not Found"),
        });
    }

    private static Task GetAsync(GcsCall call, GcsBucket bucket, string name)
    {
        var found = bucket.Get(name, call.Number("generation"));
        GcsPreconditions.WithETags(call).Check(found);
        return call.Query("alt") switch
        {
            null or "json" => call.ObjectAsync(found),
            "media" => GcsDownload.SendAsync(call, found),
            _ => throw GcsError.Invalid("Invalid value for: alt", "alt"),
        };
    }

    private static async Task ChangeAsync(GcsCall call, GcsBucket bucket, string name, bool replace)
    {
        var resource = await call.BodyAsync();
        var changed = bucket.Change(name, call.Number("generation"), GcsPreconditions.WithETags(call), found =>
        {
            var start = replace ? new GcsFields { StorageClass = found.Fields.StorageClass } : found.Fields;
            return resource.ValueKind == System.Text.Json.JsonValueKind.Undefined ? start : start.Apply(resource);
        });
        await call.ObjectAsync(changed);
    }

    private static Task DeleteAsync(GcsCall call, GcsBucket bucket, string name)
    {
        bucket.Delete(name, call.Number("generation"), GcsPreconditions.WithETags(call));
        return call.EmptyAsync(204);
    }
}
