using System.Net.Sockets;
using System.Text;
using Cairn.TestServers.Gcs;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class ResumableTests : GcsTest
{
    private const int Quantum = 256 * 1024;

    [Fact, Documented("performing-resumable-uploads", "A 200 OK or 201 Created response indicates that the upload was completed, and no further action is necessary",
        InShort = "chunks answer 308 with the Range persisted so far")]
    public async Task Chunks_of_a_known_length()
    {
        byte[] data = Bytes(2 * Quantum + 100);
        string session = await SessionAsync("r", json: """{"contentType":"a/b","metadata":{"k":"v"}}""");
        var first = await ChunkAsync(session, data[..Quantum], $"bytes 0-{Quantum - 1}/{data.Length}");
        (first.Status, first.Headers["Range"]).ShouldBe((308, $"bytes=0-{Quantum - 1}"));
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
        (await ChunkAsync(session, data[Quantum..(2 * Quantum)], $"bytes {Quantum}-{2 * Quantum - 1}/{data.Length}")).Status.ShouldBe(308);
        var last = await ChunkAsync(session, data[(2 * Quantum)..], $"bytes {2 * Quantum}-{data.Length - 1}/{data.Length}");
        ((int)last.Status, (string)last.Json["contentType"]!, (string)last.Json["metadata"]!["k"]!).ShouldBe((200, "a/b", "v"));
        (await ReadAsync("r")).ShouldBe(data);
        Fake.OpenUploads.ShouldBe(0);
    }

    [Fact, Documented("performing-resumable-uploads", "If Cloud Storage has not yet persisted any bytes, the 308 response does not have a Range header. In this case, you should start your upload from the beginning.")]
    public async Task The_status_of_an_untouched_session()
    {
        string session = await SessionAsync("r");
        var status = await ChunkAsync(session, [], "bytes */1000");
        status.Status.ShouldBe(308);
        status.Headers.ContainsKey("Range").ShouldBeFalse();
        (await ChunkAsync(session, [], "bytes */*")).Status.ShouldBe(308);
    }

    [Fact, Documented("performing-resumable-uploads", "The chunk size should be a multiple of 256 KiB (256 x 1024 bytes), unless it's the last chunk that completes the upload.")]
    public async Task A_chunk_of_another_size_is_refused_unless_last()
    {
        string session = await SessionAsync("r");
        (await ChunkAsync(session, Bytes(1000), "bytes 0-999/*")).Status.ShouldBe(400);
        (await ChunkAsync(session, Bytes(Quantum + 1), $"bytes 0-{Quantum}/1000000")).Status.ShouldBe(400);
        (await ChunkAsync(session, Bytes(1000), "bytes 0-999/1000")).Status.ShouldBe(200);
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "Content-Range: bytes A-B/* where the total is not known yet; the last chunk, or an empty one, tells it")]
    public async Task An_unknown_length()
    {
        byte[] data = Bytes(Quantum + 5);
        string session = await SessionAsync("r");
        (await ChunkAsync(session, data[..Quantum], $"bytes 0-{Quantum - 1}/*")).Status.ShouldBe(308);
        (await ChunkAsync(session, data[Quantum..], $"bytes {Quantum}-{Quantum + 4}/{Quantum + 5}")).Status.ShouldBe(200);
        (await ReadAsync("r")).ShouldBe(data);

        string exact = await SessionAsync("exact");
        await ChunkAsync(exact, data[..Quantum], $"bytes 0-{Quantum - 1}/*");
        (await ChunkAsync(exact, [], $"bytes */{Quantum}")).Status.ShouldBe(200);
        (await ReadAsync("exact")).ShouldBe(data[..Quantum]);

        string empty = await SessionAsync("empty");
        (await ChunkAsync(empty, [], "bytes */0")).Status.ShouldBe(200);
        (await ReadAsync("empty")).ShouldBeEmpty();
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "Without Content-Range one PUT carries the whole object")]
    public async Task A_single_request()
    {
        byte[] data = Bytes(300_001);
        (await ChunkAsync(await SessionAsync("r"), data, null)).Status.ShouldBe(200);
        (await ReadAsync("r")).ShouldBe(data);
        (await ChunkAsync(await SessionAsync("none"), [], null)).Status.ShouldBe(200);
        (await ReadAsync("none")).ShouldBeEmpty();
    }

    [Fact, Documented("performing-resumable-uploads", "Cloud Storage ignores any bytes you send at an offset that Cloud Storage has already persisted.")]
    public async Task Bytes_sent_again_are_ignored()
    {
        byte[] data = Bytes(3 * Quantum);
        string session = await SessionAsync("r");
        await ChunkAsync(session, data[..(2 * Quantum)], $"bytes 0-{2 * Quantum - 1}/{data.Length}");
        byte[] other = Bytes(3 * Quantum, seed: 9);
        data.AsSpan(2 * Quantum).CopyTo(other.AsSpan(2 * Quantum));
        (await ChunkAsync(session, other[Quantum..], $"bytes {Quantum}-{data.Length - 1}/{data.Length}")).Status.ShouldBe(200);
        (await ReadAsync("r")).ShouldBe(data);
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "A chunk that starts behind what is persisted does not fit; nothing of it is kept")]
    public async Task A_gap_is_refused()
    {
        string session = await SessionAsync("r");
        (await ChunkAsync(session, Bytes(Quantum), $"bytes {Quantum}-{2 * Quantum - 1}/*")).Status.ShouldBe(503);
        (await ChunkAsync(session, [], "bytes */*")).Headers.ContainsKey("Range").ShouldBeFalse();
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "After completion the session keeps answering with the object: a repeated last chunk or a status query sees the success")]
    public async Task A_lost_answer_can_be_asked_again()
    {
        string session = await SessionAsync("r", "&ifGenerationMatch=0");
        string first = (string)(await ChunkAsync(session, [1, 2, 3], "bytes 0-2/3")).Json["generation"]!;
        var again = await ChunkAsync(session, [1, 2, 3], "bytes 0-2/3");
        (again.Status, (string)again.Json["generation"]!).ShouldBe((200, first));
        (await ChunkAsync(session, [], "bytes */3")).Status.ShouldBe(200);
    }

    [Fact, Documented("performing-resumable-uploads", "If successful, the response contains a 499 status code.", InShort = "and the session is gone: 410")]
    [Documented("resumable-uploads", "A 410 Gone status code if it's been less than a week since the upload was initiated.")]
    public async Task Cancel()
    {
        string session = await SessionAsync("r");
        Fake.OpenUploads.ShouldBe(1);
        (await SendAsync(HttpMethod.Delete, session)).Status.ShouldBe(499);
        Fake.OpenUploads.ShouldBe(0);
        (await ChunkAsync(session, [1], "bytes 0-0/1")).Status.ShouldBe(410);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact, Documented("resumable-uploads", "A 404 Not Found status code if it's been more than a week", InShort = "a session lives a week")]
    public async Task Expiry()
    {
        string session = await SessionAsync("r");
        Fake.ExpireUploads();
        (await ChunkAsync(session, [1], "bytes 0-0/1")).Status.ShouldBe(404);
        (await ChunkAsync(session[..^4] + "ffff", [1], "bytes 0-0/1")).Status.ShouldBe(404);
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "Preconditions of the initial request hold when the upload completes")]
    public async Task Conditions_hold_at_completion()
    {
        string one = await SessionAsync("r", "&ifGenerationMatch=0"), two = await SessionAsync("r", "&ifGenerationMatch=0");
        (await ChunkAsync(one, [1], "bytes 0-0/1")).Status.ShouldBe(200);
        (await ChunkAsync(two, [2], "bytes 0-0/1")).Status.ShouldBe(412);
        (await ReadAsync("r")).ShouldBe([1]);
        Fake.OpenUploads.ShouldBe(0);
    }

    [Fact, Documented("hashes-etags", InShort = "Checksums of the resource, or of x-goog-hash with the last chunk, are verified when the upload completes")]
    public async Task Checksums_hold_at_completion()
    {
        string session = await SessionAsync("r", json: """{"crc32c":"AAAAAA=="}""");
        (await ChunkAsync(session, [1, 2, 3], "bytes 0-2/3")).Status.ShouldBe(400);
        string header = await SessionAsync("r");
        (await ChunkAsync(header, [1, 2, 3], "bytes 0-2/3", ("x-goog-hash", "crc32c=AAAAAA=="))).Status.ShouldBe(400);
        Fake.ObjectNames(Bucket).ShouldBeEmpty();
    }

    [Fact, Documented("performing-resumable-uploads", "Optional headers that you can add to the request include X-Upload-Content-Type and X-Upload-Content-Length")]
    public async Task Announced_type_and_length()
    {
        string session = await SessionAsync("r", "", "{}", ("X-Upload-Content-Type", "x/y"), ("X-Upload-Content-Length", "3"));
        (await ChunkAsync(session, [1, 2], "bytes 0-1/2")).Status.ShouldBe(400);
        var done = await ChunkAsync(session, [1, 2, 3], "bytes 0-2/*");
        (done.Status, (string)done.Json["contentType"]!).ShouldBe((200, "x/y"));
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "X-GUploader-No-308: yes (what Google's Go client sends) answers 200 with X-Http-Status-Code-Override: 308")]
    public async Task A_client_can_ask_for_200_instead_of_308()
    {
        string session = await SessionAsync("r");
        var reply = await ChunkAsync(session, Bytes(Quantum), $"bytes 0-{Quantum - 1}/*", ("X-GUploader-No-308", "yes"));
        (reply.Status, reply.Headers["X-Http-Status-Code-Override"], reply.Headers["Range"]).ShouldBe((200, "308", $"bytes=0-{Quantum - 1}"));
    }

    [Fact, Documented("performing-resumable-uploads", InShort = "A request that breaks off persists what arrived, in steps of 256 KiB; the status query tells how much")]
    public async Task A_broken_request_keeps_whole_quanta()
    {
        byte[] data = Bytes(4 * Quantum);
        string session = await SessionAsync("r");
        var uri = new Uri(session);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(uri.Host, uri.Port);
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\nContent-Length: {data.Length}\r\nContent-Range: bytes 0-{data.Length - 1}/{data.Length}\r\n\r\n"));
            await stream.WriteAsync(data.AsMemory(0, 2 * Quantum + 1000));
            await stream.FlushAsync();
            while (Fake.PersistedBytes(session) < 2 * Quantum) await Task.Delay(10);
            socket.Client.Shutdown(SocketShutdown.Send);
            byte[] rest = new byte[1024];
            // A refusal, an end or a reset: all say that the server is done with it.
            try { while (await stream.ReadAsync(rest) > 0) { } }
            catch (IOException e) { e.InnerException.ShouldBeOfType<SocketException>(); }
        }
        var status = await ChunkAsync(session, [], $"bytes */{data.Length}");
        (status.Status, status.Headers["Range"]).ShouldBe((308, $"bytes=0-{2 * Quantum - 1}"));
        (await ChunkAsync(session, data[(2 * Quantum)..], $"bytes {2 * Quantum}-{data.Length - 1}/{data.Length}")).Status.ShouldBe(200);
        (await ReadAsync("r")).ShouldBe(data);
    }
}

public sealed class ExpiredByTheClockTests : GcsTest
{
    private readonly MovableClock _clock = new();

    private protected override GcsFakeOptions Options() => new() { Clock = _clock };

    [Fact, Documented("resumable-uploads", "A 404 Not Found status code if it's been more than a week")]
    public async Task A_session_lives_a_week()
    {
        string session = await SessionAsync("r");
        _clock.Advance(TimeSpan.FromDays(6.9));
        (await ChunkAsync(session, [], "bytes */1")).Status.ShouldBe(308);
        _clock.Advance(TimeSpan.FromDays(0.2));
        (await ChunkAsync(session, [1], "bytes 0-0/1")).Status.ShouldBe(404);
    }
}
