using System.Net;
using Cairn.TestServers.Proxy;
using Google;
using Google.Apis.Upload;
using Google.Cloud.Storage.V1;

namespace Cairn.GoogleClient.Tests;

public sealed class ResumableUploadTests : ClientTest
{
    private const int Chunk = 256 << 10;

    private (string Method, int Status)[] Requests => [.. Proxy.Requests.Select(r => (r.Method, r.Status))];

    [Fact, Documented("performing-resumable-uploads", InShort = "A POST begins the session, each chunk is a PUT that answers 308 with the range that is persisted, the last one 200 with the resource")]
    public async Task Chunks()
    {
        byte[] data = Bytes(4 * Chunk + 3);
        var progress = new List<IUploadProgress>();
        var made = await Client.UploadObjectAsync(Bucket, "a", "x/y", new MemoryStream(data), new() { ChunkSize = Chunk }, Cancel, new Synchronous<IUploadProgress>(progress.Add));
        (made.Size, made.ContentType).ShouldBe(((ulong)data.Length, "x/y"));
        Requests.ShouldBe([("POST", 200), ("PUT", 308), ("PUT", 308), ("PUT", 308), ("PUT", 308), ("PUT", 200)]);
        progress.Where(p => p.Status == UploadStatus.Uploading).Select(p => p.BytesSent).ShouldBe([Chunk, 2 * Chunk, 3 * Chunk, 4 * Chunk]);
        (progress[^1].Status, progress[^1].BytesSent).ShouldBe((UploadStatus.Completed, data.Length));
        (await ReadAsync("a")).ShouldBe(data);
        Fake.OpenUploads.ShouldBe(0);
    }

    [Theory, Documented("performing-resumable-uploads", InShort = "A length that is not known is * until the last chunk; an object can be empty or end with a chunk")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk)]
    [InlineData(2 * Chunk)]
    [InlineData(2 * Chunk + 1)]
    public async Task A_stream_without_a_length(int length)
    {
        byte[] data = Bytes(length);
        await Client.UploadObjectAsync(Bucket, "a", null, new Forward(data), new() { ChunkSize = Chunk }, Cancel);
        (await ReadAsync("a")).ShouldBe(data);
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "An upload that failed is resumed from what the status query reports")]
    public async Task Resume()
    {
        byte[] data = Bytes(3 * Chunk + 5);
        var upload = Client.CreateObjectUploader(Bucket, "a", null, new MemoryStream(data), new() { ChunkSize = Chunk });
        int puts = 0;
        Fake.Refuse(403, when: (method, _) => method == "PUT" && ++puts == 3);
        var failed = await upload.UploadAsync(Cancel);
        failed.Status.ShouldBe(UploadStatus.Failed);
        failed.Exception.ShouldBeOfType<GoogleApiException>().HttpStatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
        Proxy.ResetCounters();
        (await upload.ResumeAsync(Cancel)).Status.ShouldBe(UploadStatus.Completed);
        // The status query, and the chunks that the failed upload had not sent.
        int left = (int)((data.Length - failed.BytesSent + Chunk - 1) / Chunk);
        left.ShouldBeInRange(2, 3);
        Requests.ShouldBe([("PUT", 308), .. Enumerable.Repeat(("PUT", 308), left - 1), ("PUT", 200)]);
        (await ReadAsync("a")).ShouldBe(data);
    }

    [Theory, Documented("retry-strategy", InShort = "5xx during an upload are tried again, and connections that break; after others (the client does not repeat 408) the upload can be resumed")]
    [InlineData(408)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task An_upload_survives(int status)
    {
        byte[] data = Bytes(2 * Chunk + 5);
        if (status == 0) Proxy.Add(new FaultRule(FaultKind.ResetBeforeResponse) { Times = 1, Skip = 1, When = (method, _) => method == "PUT" });
        else Fake.Refuse(status, when: (method, path) => method == "PUT" && Fake.OpenUploads == 1);
        var upload = Client.CreateObjectUploader(Bucket, "a", null, new MemoryStream(data), new() { ChunkSize = Chunk });
        var progress = await upload.UploadAsync(Cancel);
        progress.Status.ShouldBe(status == 408 ? UploadStatus.Failed : UploadStatus.Completed);
        if (status == 408) (await upload.ResumeAsync(Cancel)).Status.ShouldBe(UploadStatus.Completed);
        Requests.Length.ShouldBeGreaterThan(4);
        (await ReadAsync("a")).ShouldBe(data);
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "The session URI is all that another process needs")]
    public async Task A_session_can_be_handed_on()
    {
        byte[] data = Bytes(2 * Chunk + 5);
        var session = await Client.InitiateUploadSessionAsync(Bucket, "a", "x/y", data.Length, new() { IfGenerationMatch = 0 }, Cancel);
        session.PathAndQuery.ShouldContain("upload_id=");
        var begun = ResumableUpload.CreateFromUploadUri(session, new MemoryStream(data));
        begun.ChunkSize = Chunk;
        using var stop = new CancellationTokenSource();
        begun.ProgressChanged += progress => { if (progress.BytesSent == Chunk) stop.Cancel(); };
        (await begun.UploadAsync(stop.Token)).Exception.ShouldBeAssignableTo<OperationCanceledException>();
        Fake.PersistedBytes(session.AbsoluteUri).ShouldBe(Chunk);

        var resumed = ResumableUpload.CreateFromUploadUri(session, new MemoryStream(data));
        (await resumed.ResumeAsync(session, Cancel)).Status.ShouldBe(UploadStatus.Completed);
        (await ReadAsync("a")).ShouldBe(data);
        (await Client.GetObjectAsync(Bucket, "a", cancellationToken: Cancel)).ContentType.ShouldBe("x/y");
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "X-Upload-Content-Length is the length that the object must have")]
    public async Task An_announced_length_is_kept()
    {
        var session = await Client.InitiateUploadSessionAsync(Bucket, "a", null, 3, null, Cancel);
        var longer = await ResumableUpload.CreateFromUploadUri(session, new MemoryStream(Bytes(5))).UploadAsync(Cancel);
        (longer.Status, longer.Exception.ShouldBeOfType<GoogleApiException>().HttpStatusCode).ShouldBe((UploadStatus.Failed, HttpStatusCode.BadRequest));
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact, Documented("resumable-uploads", "A 404 Not Found status code if it's been more than a week")]
    public async Task A_session_expires()
    {
        var session = await Client.InitiateUploadSessionAsync(Bucket, "a", null, null, null, Cancel);
        Fake.ExpireUploads();
        var late = await ResumableUpload.CreateFromUploadUri(session, new MemoryStream(Bytes(5))).UploadAsync(Cancel);
        late.Exception.ShouldBeOfType<GoogleApiException>().HttpStatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact, Documented("hashes-etags", InShort = "A checksum that comes with the last request of an upload is verified: what arrived damaged makes no object")]
    public async Task Damage_is_refused()
    {
        foreach (var options in new UploadObjectOptions?[] { null, new() { UploadValidationMode = UploadValidationMode.RejectAndThrow } })
        {
            Proxy.Add(new FaultRule(FaultKind.FlipRequest) { Times = 1, When = (method, _) => method == "PUT" });
            await FailsAsync(HttpStatusCode.BadRequest, () => PutAsync("a", Bytes(1000), options));
            Fake.ObjectNames(Bucket).ShouldBeEmpty();
        }
    }

    private sealed class Synchronous<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }

    /// <summary>A stream that does not know its length.</summary>
    private sealed class Forward(byte[] data) : MemoryStream(data)
    {
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
    }
}
