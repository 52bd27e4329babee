using Amazon.S3;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.S3.Tests;

/// <summary>What each option does, seen on the wire.</summary>
public sealed class OptionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Encryption_and_storage_class_go_with_every_kind_of_write()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("sse", "aws:kms"), ("sse-kms-key", "key-7"), ("storage-class", "STANDARD_IA"));
        await S3Recorder.DoAllAsync(store);
        // A part's encryption is that of its upload.
        var writes = recorder.Requests.Where(r => (r.Method == "PUT" && !r.Target.Contains("partNumber", StringComparison.Ordinal)) || r.Target.Contains("?uploads", StringComparison.Ordinal)
            && r.Method == "POST").ToArray();
        writes.Length.ShouldBe(6, string.Join('\n', recorder.Requests.Select(r => r.Method + " " + r.Target)));
        foreach (var write in writes)
        {
            (write["x-amz-server-side-encryption"], write["x-amz-server-side-encryption-aws-kms-key-id"], write["x-amz-storage-class"])
                .ShouldBe(("aws:kms", "key-7", "STANDARD_IA"), write.Method + " " + write.Target);
        }
    }

    [Fact]
    public async Task The_requester_agrees_to_pay_with_every_request()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("requester-pays", "yes"));
        await S3Recorder.DoAllAsync(store);
        recorder.Requests.Length.ShouldBeGreaterThan(10);
        foreach (var request in recorder.Requests)
            request["x-amz-request-payer"].ShouldBe("requester", request.Method + " " + request.Target);
        (await store.PresignAsync("f", PresignAccess.Read, TimeSpan.FromMinutes(1), Cancel)).Query.ShouldContain("x-amz-request-payer=requester");
    }

    [Fact]
    public async Task The_user_agent_has_the_name()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("user-agent", "pipeline-7"));
        await store.StatAsync("f", Cancel);
        recorder.Requests.ShouldHaveSingleItem()["User-Agent"].ShouldContain("app/pipeline-7");
    }

    [Theory]
    [InlineData("", "bucket", "http://storage.invalid/bucket/root/f", "storage.invalid")]
    [InlineData("no", "bucket", "http://bucket.storage.invalid/root/f", "bucket.storage.invalid")]
    [InlineData("yes", "bucket", "http://storage.invalid/bucket/root/f", "storage.invalid")]
    public async Task Requests_go_through_the_proxy_and_the_bucket_where_it_is_told(string pathStyle, string bucket, string target, string host)
    {
        // A name that nothing resolves: only the proxy knows the way.
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("endpoint", "http://storage.invalid"), ("proxy", recorder.Endpoint), ("path-style", pathStyle));
        await store.StatAsync("f", Cancel);
        var request = recorder.Requests.ShouldHaveSingleItem();
        (request.Target, request["Host"], store.Root.Container).ShouldBe((target, host, bucket));
    }

    [Fact]
    public async Task The_region_is_signed_for()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("region", "eu-central-1"));
        await store.StatAsync("f", Cancel);
        recorder.Requests.ShouldHaveSingleItem()["Authorization"].ShouldContain("/eu-central-1/s3/aws4_request");
        await using var amazon = await recorder.OpenAsync(("endpoint", ""), ("region", "eu-central-1"));
        ((IAmazonS3)amazon.GetService(typeof(IAmazonS3))!).Config.RegionEndpoint.SystemName.ShouldBe("eu-central-1");
    }

    [Fact]
    public async Task An_anonymous_request_is_not_signed_and_one_with_a_session_carries_its_token()
    {
        await using var recorder = new S3Recorder();
        await using var anonymous = await recorder.OpenAsync(("access-key", ""), ("secret-key", ""), ("anonymous", "yes"));
        await anonymous.StatAsync("f", Cancel);
        recorder.Requests[0]["Authorization"].ShouldBeEmpty();
        await using var session = await recorder.OpenAsync(("session-token", "token-9"));
        await session.StatAsync("f", Cancel);
        recorder.Requests[1]["x-amz-security-token"].ShouldBe("token-9");
    }

    [Fact]
    public async Task Parts_are_as_large_and_as_many_at_once_as_asked_for()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("part-size", "6MiB"), ("parallelism", "3"));
        await store.WriteBytesAsync("f", new byte[13 << 20], WriteMode.Replace, cancellationToken: Cancel);
        recorder.Requests.Where(r => r.Target.Contains("partNumber", StringComparison.Ordinal)).Select(r => r.Body.Length).Order().ShouldBe([1 << 20, 6 << 20, 6 << 20]);
        await using var upload = await ((S3Driver)await S3Backend.OpenAsync(store.Root, new() { ["endpoint"] = recorder.Endpoint, ["access-key"] = "a", ["secret-key"] = "b", ["parallelism"] = "3" }))
            .BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel);
        upload.MaxParallelParts.ShouldBe(3);
    }

    [Theory]
    [InlineData("crc32c")]
    [InlineData("none")]
    public async Task A_checksum_goes_with_every_body_unless_it_is_turned_off(string checksum)
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("checksum", checksum));
        await S3Recorder.DoAllAsync(store);
        var bodies = recorder.Requests.Where(r => r.Method == "PUT" && r.Body.Length > 0).ToArray();
        bodies.Length.ShouldBe(3);
        foreach (var body in bodies)
            body["x-amz-checksum-crc32c"].ShouldBe(checksum == "none" ? "" : Crc32C.ToBase64(Crc32C.Compute(body.Body)));
    }

    [Fact]
    public async Task The_SDKs_MD5_of_a_body_is_not_computed()
    {
        // The recorder's etag is not the MD5 of its content.
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync();
        (await store.ReadTextAsync("small", cancellationToken: Cancel)).ShouldBe("abc");

        // The SDK's own stream computes it: should it stop, S3Body need not look below that stream any more.
        using var response = await ((Amazon.S3.IAmazonS3)store.GetService(typeof(Amazon.S3.IAmazonS3))!).GetObjectAsync("bucket", "root/small", Cancel);
        (await Should.ThrowAsync<Amazon.Runtime.AmazonClientException>(() => response.ResponseStream.CopyToAsync(Stream.Null, Cancel))).Message.ShouldContain("hash");
    }

    [Fact]
    public void Time_outs_and_connections_are_what_the_options_say()
    {
        using var handler = new S3HttpClients(new S3Options { ConnectTimeout = TimeSpan.FromSeconds(3) }, contact: null).MakeHandler();
        handler.ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_profile_of_the_shared_file_that_the_environment_names_brings_its_keys()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("access-key", ""), ("secret-key", ""), ("profile", "work"));
        await store.StatAsync("f", Cancel);
        S3Recorder.KeyIdOf(recorder.Requests.ShouldHaveSingleItem()).ShouldBe("AKIAWORK");
    }

    [Fact]
    public async Task A_role_is_assumed_with_the_keys_through_the_proxy()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("role", "arn:aws:iam::1:role/r"), ("role-endpoint", "http://sts.invalid"), ("endpoint", "http://storage.invalid"),
            ("proxy", recorder.Endpoint), ("region", "eu-west-1"));
        await store.StatAsync("f", Cancel);
        var role = recorder.RoleRequests.ShouldHaveSingleItem();
        (S3Recorder.KeyIdOf(role), role["Host"]).ShouldBe(("AKIATEST", "sts.invalid"));
        role["Authorization"].ShouldContain("/eu-west-1/sts/");
        System.Text.Encoding.UTF8.GetString(role.Body).ShouldContain("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr");
        S3Recorder.KeyIdOf(recorder.Requests.ShouldHaveSingleItem()).ShouldBe("ASIA1");
    }

    [Fact]
    public async Task A_session_that_ends_in_the_middle_of_a_transfer_is_renewed()
    {
        await using var recorder = new S3Recorder { SessionEnds = [TimeProvider.System.GetUtcNow().AddMinutes(2), DateTimeOffset.MaxValue.AddYears(-7000)] };
        await using var store = await recorder.OpenAsync(("role", "arn:aws:iam::1:role/r"), ("role-endpoint", recorder.Endpoint));
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel))
        {
            // The new session is fetched beside the requests, which go on with the old one as long as it holds.
            recorder.Renewal.Reset();
            await stream.WriteAsync(new byte[6 << 20], Cancel);
            await stream.FlushAsync(Cancel);
            for (var i = 0; i < 2000 && !recorder.Requests.Any(static r => r.Target.EndsWith("?uploads", StringComparison.Ordinal)); i++)
                await Task.Delay(10, Cancel);
            recorder.Renewal.Set();
            for (var i = 0; i < 2000 && !recorder.Requests.Any(static r => S3Recorder.KeyIdOf(r) == "ASIA2"); i++)
                await store.StatAsync("other", Cancel);
            await stream.WriteAsync(new byte[6 << 20], Cancel);
            await stream.CompleteAsync(Cancel);
        }
        S3Recorder.KeyIdOf(recorder.Requests.First(static r => r.Target.EndsWith("?uploads", StringComparison.Ordinal))).ShouldBe("ASIA1");
        S3Recorder.KeyIdOf(recorder.Requests.Last(static r => r.Method == "POST")).ShouldBe("ASIA2");
        recorder.RoleRequests.Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_session_that_the_service_calls_expired_is_renewed_once()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("role", "arn:aws:iam::1:role/r"), ("role-endpoint", recorder.Endpoint), ("retries", "3"));
        var expired = new Answer(400, "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>");
        await store.StatAsync("f", Cancel);
        recorder.Refuse(expired);
        (await store.ReadTextAsync("f", Cancel)).ShouldBe("abc");
        (recorder.RoleRequests.Length, recorder.Requests.Length, S3Recorder.KeyIdOf(recorder.Requests[^1])).ShouldBe((2, 3, "ASIA2"));

        recorder.Refuse(expired, times: 2);
        var error = await Should.ThrowAsync<StoreException>(() => store.ReadTextAsync("f", Cancel));
        (error.Code, error.Reason).ShouldBe((StoreErrorCode.Unauthenticated, "the credentials have expired"));
        recorder.RoleRequests.Length.ShouldBe(3);
    }
}
