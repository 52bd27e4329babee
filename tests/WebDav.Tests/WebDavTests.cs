using System.Net;
using System.Net.Sockets;
using Cairn.Providers;
using Cairn.TestServers.Fixtures;

namespace Cairn.Plugins.WebDav.Tests;

/// <summary>What the kit does not know: credentials, locks that were left behind, servers that are none.</summary>
public sealed class WebDavTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("basic", "basic")]
    [InlineData("digest", "digest")]
    public async Task A_wrong_password_is_told_without_it(string below, string auth)
    {
        var server = await ApacheServer.StartAsync(Cancel);
        var (_, path) = server.MakeFolder(below);
        await using var store = await OpenAsync($"{server.Endpoint.Authority}/{path}", ("username", "cairn"), ("password", "wrong-pass-word"), ("auth", auth));

        foreach (var act in new Func<Task>[] { () => store.ExistsAsync("a", Cancel), () => store.ReadTextAsync("a", cancellationToken: Cancel),
            () => store.WriteTextAsync("a", "x", WriteMode.Replace, cancellationToken: Cancel) })
        {
            var error = await Should.ThrowAsync<StoreException>(act);
            error.Code.ShouldBe(StoreErrorCode.Unauthenticated);
            error.ToString().ShouldNotContain("wrong-pass-word");
            error.Message.ShouldContain("Set the store's username and password");
        }
    }

    [Theory]
    [InlineData("basic")]
    [InlineData("digest")]
    public async Task A_big_file_goes_up_with_a_challenge_before_its_body(string auth)
    {
        var server = await ApacheServer.StartAsync(Cancel);
        var (folder, path) = server.MakeFolder(auth);
        await using var store = await OpenAsync($"{server.Endpoint.Authority}/{path}", ("username", server.User), ("password", server.Password), ("auth", auth));
        var content = new byte[9 << 20];
        new Random(7).NextBytes(content);

        await store.WriteBytesAsync("deep/er/big", content, WriteMode.CreateNew, cancellationToken: Cancel);

        (await File.ReadAllBytesAsync(Path.Join(folder, "deep/er/big"), Cancel)).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    /// <summary>A file whose name is not UTF-8 is reported and not listed, and its directory is not empty: a DELETE would take the file.</summary>
    [Fact]
    public async Task A_name_that_no_path_can_hold_is_told_and_keeps_its_directory()
    {
        var server = await ApacheServer.StartAsync(Cancel);
        var (folder, path) = server.MakeFolder();
        await using var store = await OpenAsync($"{server.Endpoint.Authority}/{path}");
        await store.WriteTextAsync("d/e/f", "x", WriteMode.CreateNew, cancellationToken: Cancel);
        using (var shell = System.Diagnostics.Process.Start("bash", ["-c", "echo kept > \"$0/d/e/\"$'\\xe9'", folder]))
            await shell.WaitForExitAsync(Cancel);
        var unlisted = new List<UnlistedEntry>();

        (await store.ListAsync("d", new() { Recursive = true, Unlisted = unlisted.Add }, Cancel).Select(e => e.Path.Value).ToListAsync(Cancel)).ShouldBe(["d/e/f"]);
        var left = unlisted.ShouldHaveSingleItem();
        (left.Kind, left.FullName.ToLowerInvariant()).ShouldBe((UnlistedKind.Unnameable, "d/e/%e9"));
        await store.RemoveAsync("d/e/f", Cancel);
        await Should.ThrowAsync<StoreException>(() => store.RemoveAsync("d/e", Cancel));
        Directory.GetFiles(Path.Join(folder, "d", "e")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task The_lock_of_a_writer_that_died_is_broken_when_its_life_is_over()
    {
        var server = await ApacheServer.StartAsync(Cancel);
        var (folder, path) = server.MakeFolder();
        var left = Path.Join(folder, ".cairn-tmp-lock");
        Directory.CreateDirectory(left);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(left, (UnixFileMode)0b111_111_111);
        var clock = new FastClock(speed: 200);
        await using var store = await ArtifactStore.OpenAsync(new Clocked(clock), StoreUri.Parse($"dav://{server.Endpoint.Authority}/{path}"), cancellationToken: Cancel);

        await store.WriteTextAsync("a", "after", WriteMode.CreateNew, cancellationToken: Cancel);

        clock.Elapsed.ShouldBeGreaterThan(WebDavLock.Lifetime);
        (await File.ReadAllTextAsync(Path.Join(folder, "a"), Cancel)).ShouldBe("after");
        Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Where(n => n != ".DAV").ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_lock_that_others_hold_is_waited_for_no_longer_than_told()
    {
        var server = await ApacheServer.StartAsync(Cancel);
        var (folder, path) = server.MakeFolder();
        Directory.CreateDirectory(Path.Join(folder, ".cairn-tmp-lock"));
        await using var store = await OpenAsync($"{server.Endpoint.Authority}/{path}", ("lock-wait", "100ms"));

        var error = await Should.ThrowAsync<StoreException>(() => store.WriteTextAsync("a", "x", WriteMode.Replace, cancellationToken: Cancel));

        error.Code.ShouldBe(StoreErrorCode.Unavailable);
        error.Message.ShouldContain("another writer has held the lock on its directory for 0.1 s");
        File.Exists(Path.Join(folder, "a")).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_locks_the_store_replaces_and_refuses_the_rest()
    {
        var server = await ApacheServer.StartAsync(Cancel);
        var (_, path) = server.MakeFolder();
        await using var store = await OpenAsync($"{server.Endpoint.Authority}/{path}", ("lock", "false"));

        await store.WriteTextAsync("d/a", "x", WriteMode.Replace, cancellationToken: Cancel);
        (await Should.ThrowAsync<StoreException>(() => store.WriteTextAsync("d/b", "x", WriteMode.CreateNew, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.Unsupported);
        (await store.ReadTextAsync("d/a", cancellationToken: Cancel)).ShouldBe("x");
    }

    [Fact]
    public async Task A_missing_root_is_made_with_its_parents()
    {
        var server = await ApacheServer.StartAsync(Cancel);
        var (folder, path) = server.MakeFolder();
        await using var store = await OpenAsync($"{server.Endpoint.Authority}/{path}/new/er");

        (await store.ExistsAsync("x", Cancel)).ShouldBeFalse();
        await store.WriteTextAsync("x", "y", WriteMode.CreateNew, cancellationToken: Cancel);

        (await File.ReadAllTextAsync(Path.Join(folder, "new/er/x"), Cancel)).ShouldBe("y");
    }

    [Fact]
    public async Task A_server_that_knows_no_WebDAV_and_one_that_is_not_there_are_told_apart()
    {
        using var plain = new TcpListener(IPAddress.Loopback, 0);
        plain.Start();
        var port = ((IPEndPoint)plain.LocalEndpoint).Port;
        var answering = AnswerAsync(plain);
        await using (var store = await OpenAsync($"127.0.0.1:{port}/x"))
            (await Should.ThrowAsync<StoreException>(() => store.ExistsAsync("a", Cancel))).Code.ShouldBe(StoreErrorCode.Unsupported);
        plain.Stop();
        await answering;

        await using var nobody = await OpenAsync($"127.0.0.1:{port}/x");
        var error = await Should.ThrowAsync<StoreException>(() => nobody.ExistsAsync("a", Cancel));
        error.Code.ShouldBe(StoreErrorCode.Unavailable);
        error.IsTransient.ShouldBeTrue();
    }

    /// <summary>A server closes a connection that it kept in the moment in which the client uses it again.</summary>
    [Fact]
    public async Task A_question_on_a_connection_that_ends_is_asked_once_more()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var ending = EndSecondAsync(server);
        await using var store = await OpenAsync($"127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/x");

        (await store.ExistsAsync("a", Cancel)).ShouldBeTrue();
        (await store.ExistsAsync("a", Cancel)).ShouldBeTrue();
        (await ending).ShouldBe(3);
    }

    [Fact]
    public async Task Names_of_its_own_are_refused_and_hidden()
    {
        var server = await ApacheServer.StartAsync(Cancel);
        var (folder, path) = server.MakeFolder();
        await File.WriteAllTextAsync(Path.Join(folder, ".cairn-tmp-left"), "", Cancel);
        await using var store = await OpenAsync($"{server.Endpoint.Authority}/{path}");

        (await store.ListAsync(StorePath.Root, null, Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
        (await Should.ThrowAsync<StoreException>(() => store.WriteTextAsync("d/.cairn-tmp-x/y", "x", WriteMode.Replace, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.PathConflict);
    }

    private static async Task<ArtifactStore> OpenAsync(string place, params (string Name, string Value)[] options) =>
        await ArtifactStore.OpenAsync(new WebDavProvider(), StoreUri.Parse("dav://" + place), options.ToDictionary(o => o.Name, o => o.Value), cancellationToken: Cancel);

    /// <summary>Answers the first request, ends the connection at the second, and answers the third on another.</summary>
    private static async Task<int> EndSecondAsync(TcpListener listener)
    {
        var requests = 0;
        foreach (var answers in new[] { 1, int.MaxValue })
        {
            using var client = await listener.AcceptTcpClientAsync(Cancel);
            await using var stream = client.GetStream();
            for (var i = 0; requests < 3; i++)
            {
                var head = "";
                var one = new byte[1];
                while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    await stream.ReadExactlyAsync(one, Cancel);
                    head += (char)one[0];
                }
                var length = int.Parse(head.Split('\n').Single(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1]);
                await stream.ReadExactlyAsync(new byte[length], Cancel);
                requests++;
                if (i == answers)
                    break;
                const string Body = """<multistatus xmlns="DAV:"><response><href>/x/a</href><propstat><prop><getcontentlength>1</getcontentlength></prop></propstat></response></multistatus>""";
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 207 Multi-Status\r\nContent-Type: application/xml\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"), Cancel);
            }
        }
        return requests;
    }

    /// <summary>Tells each client that it knows no such method, until it is stopped.</summary>
    private static async Task AnswerAsync(TcpListener listener)
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(Cancel);
                await using var stream = client.GetStream();
                await stream.ReadAtLeastAsync(new byte[4096], 1, cancellationToken: Cancel);
                await stream.WriteAsync("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), Cancel);
                // Closing with the request's body unread would reset the connection before the answer is read.
                client.Client.Shutdown(SocketShutdown.Send);
                await stream.CopyToAsync(Stream.Null, Cancel);
            }
            // Stopped while it was accepting, or before it began to again.
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }

    /// <summary>The provider with a clock.</summary>
    private sealed class Clocked(TimeProvider clock) : IStoreProvider
    {
        public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) =>
            new WebDavProvider().OpenAsync(new() { Root = context.Root, Options = context.Options, TimeProvider = clock }, cancellationToken);
    }

    /// <summary>A clock that runs faster than time does.</summary>
    private sealed class FastClock(int speed) : TimeProvider
    {
        private readonly long _start = System.GetTimestamp();

        public TimeSpan Elapsed => System.GetElapsedTime(_start) * speed;

        public override long GetTimestamp() => _start + (System.GetTimestamp() - _start) * speed;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, dueTime / speed, period);
    }
}
