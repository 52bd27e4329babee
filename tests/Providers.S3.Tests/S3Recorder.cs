using System.Globalization;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.S3.Tests;

/// <summary>Answers as S3 and STS do where all is well, and keeps what was asked: for what only the wire shows. No bucket is behind it, and any secret is right.</summary>
internal sealed class S3Recorder : IAsyncDisposable
{
    private readonly Queue<Answer> _before = new();
    private int _sessions;

    public S3Recorder() => Server = RecordingServer.Start(Named);

    public RecordingServer Server { get; }

    /// <summary>When the sessions end that are given, one after the other; the last holds for all further ones.</summary>
    public IReadOnlyList<DateTimeOffset> SessionEnds { get; init; } = [DateTimeOffset.MaxValue.AddYears(-7000)];

    /// <summary>While it is not set, STS gives no session but the first.</summary>
    public ManualResetEventSlim Renewal { get; } = new(initialState: true);

    /// <summary>Answers in the place of the recorder where it has an answer.</summary>
    public Func<RecordedRequest, Answer?>? Instead { get; init; }

    /// <summary>Told of requests that are sent again.</summary>
    public Action<RetryNotice>? Retrying { get; init; }

    public string Endpoint => Server.Endpoint.ToString();

    /// <summary>What was asked of S3, and not of STS.</summary>
    public RecordedRequest[] Requests => [.. Server.Requests.Where(static r => !IsRole(r))];

    public RecordedRequest[] RoleRequests => [.. Server.Requests.Where(IsRole)];

    public void Refuse(Answer answer, int times = 1)
    {
        lock (_before)
        {
            for (var i = 0; i < times; i++)
                _before.Enqueue(answer);
        }
    }

    public async Task<ArtifactStore> OpenAsync(params (string Name, string Value)[] options) => new(await DriverAsync(options));

    public async Task<ArtifactStore> OpenAsync(TimeProvider clock, params (string Name, string Value)[] options) => new(await DriverAsync(options, clock));

    /// <summary>A driver on the recorder, with the given options besides; an empty value leaves one out.</summary>
    public async Task<StoreDriver> DriverAsync((string Name, string Value)[] options, TimeProvider? clock = null)
    {
        var values = new Dictionary<string, string>
        {
            ["endpoint"] = Endpoint,
            ["region"] = "us-east-1",
            ["access-key"] = "AKIATEST",
            ["secret-key"] = "secret",
            ["part-size"] = "5MiB",
            ["retries"] = "0",
            ["conditions"] = "yes"
        };
        foreach (var (name, value) in options)
        {
            if (value.Length == 0)
                values.Remove(name);
            else
                values[name] = value;
        }
        var context = new StoreContext { Root = StoreUri.Parse("s3://bucket/root"), Options = values, TimeProvider = clock ?? TimeProvider.System, Retrying = Retrying };
        return await new S3Provider().OpenAsync(context, TestContext.Current.CancellationToken);
    }

    /// <summary>Every kind of request, once.</summary>
    public static async Task DoAllAsync(ArtifactStore store)
    {
        var cancel = TestContext.Current.CancellationToken;
        await store.WriteTextAsync("small", "abc", WriteMode.CreateNew, cancellationToken: cancel);
        await store.WriteBytesAsync("large", new byte[6 << 20], WriteMode.CreateNew, cancellationToken: cancel);
        await store.CopyAsync("small", "copy", WriteMode.Replace, cancel);
        await store.CopyAsync("small", "copy2", WriteMode.CreateNew, cancel);
        await store.MakeDirectoryAsync("made", cancel);
        await store.TouchAsync("small", cancel);
        await store.StatAsync("small", cancel);
        await store.ReadBytesAsync("small", cancel);
        (await store.ListAsync(cancellationToken: cancel).ToListAsync(cancel)).ShouldBeEmpty();
        await store.RemoveAsync("small", cancel);
        (await store.ListStagedAsync(TimeSpan.Zero, cancel).ToListAsync(cancel)).ShouldBeEmpty();
        (await store.PresignAsync("small", PresignAccess.Read, TimeSpan.FromMinutes(1), cancel)).Query.ShouldNotBeEmpty();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public static string KeyIdOf(RecordedRequest request) => request["Authorization"].Split("Credential=", 2) is [_, var rest] ? rest.Split('/')[0] : "";

    private static bool IsRole(RecordedRequest request) => System.Text.Encoding.UTF8.GetString(request.Body).StartsWith("Action=AssumeRole", StringComparison.Ordinal);

    /// <summary>Every answer of S3 names its request.</summary>
    private Answer Named(RecordedRequest request) => AnswerTo(request) is var answer && IsRole(request) ? answer : answer with { Headers = [.. answer.Headers, ("x-amz-request-id", "r1")] };

    private Answer AnswerTo(RecordedRequest request)
    {
        if (IsRole(request))
        {
            var number = Interlocked.Increment(ref _sessions);
            if (number > 1)
                Renewal.Wait(TimeSpan.FromMinutes(1));
            var end = SessionEnds[Math.Min(number, SessionEnds.Count) - 1].ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            return new(200, $"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials><AccessKeyId>ASIA{number}</AccessKeyId><SecretAccessKey>canary-session-secret</SecretAccessKey><SessionToken>canary-session-token</SessionToken><Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
        }
        lock (_before)
        {
            if (_before.TryDequeue(out var refusal))
                return refusal;
        }
        if (Instead?.Invoke(request) is { } instead)
            return instead;
        var (path, query) = request.Target.Split('?', 2) is [var p, var q] ? (p, q) : (request.Target, "");
        (string, string)[] tag = [("ETag", "\"0123456789abcdef0123456789abcdef\"")];
        var copied = request["x-amz-copy-source"].Length > 0;
        return request.Method switch
        {
            "HEAD" => new(200) { Headers = [.. tag, ("Content-Length", "3"), ("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT")] },
            "GET" when query.Contains("list-type", StringComparison.Ordinal) => new(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"),
            "GET" when query.Contains("uploads", StringComparison.Ordinal) => new(200, "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>"),
            "GET" => new(200, "abc", "text/plain") { Headers = tag },
            "POST" when query.Contains("uploads", StringComparison.Ordinal) => new(200, "<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>"),
            "POST" when query.Contains("delete", StringComparison.Ordinal) =>
                new(200, "<DeleteResult><Error><Key>root/held</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>"),
            "POST" => new(200, "<CompleteMultipartUploadResult><ETag>\"0123456789abcdef0123456789abcdef-2\"</ETag></CompleteMultipartUploadResult>"),
            "PUT" when copied && query.Length > 0 => new(200, "<CopyPartResult><ETag>\"0123456789abcdef0123456789abcdef\"</ETag></CopyPartResult>"),
            "PUT" when copied => new(200, "<CopyObjectResult><ETag>\"0123456789abcdef0123456789abcdef\"</ETag><LastModified>2022-01-01T00:00:00Z</LastModified></CopyObjectResult>"),
            "PUT" => new(200) { Headers = tag },
            "DELETE" => new(204),
            _ => new(400, $"<Error><Code>InvalidRequest</Code><Message>{path}</Message></Error>"),
        };
    }
}
