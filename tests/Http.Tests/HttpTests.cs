using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Providers;
using Cairn.TestServers.Fixtures;
using Microsoft.AspNetCore.Http;

namespace Cairn.Plugins.Http.Tests;

/// <summary>What the kit does not know: indexes, credentials, redirects, statuses, certificates.</summary>
public sealed class HttpTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("<html><head><title>Welcome</title></head><body><a href=\"login\">Log in</a></body></html>", false)]
    [InlineData("<html><body>Please wait.</body></html>", false)]
    [InlineData("<html><head><title>Index of /files/</title></head><body></body></html>", true)]
    [InlineData("<html><body><h1>Directory listing for /files/</h1></body></html>", true)]
    [InlineData("<html><body><a href=\"../\">Up</a></body></html>", true)]
    public async Task A_page_that_is_no_index_is_no_empty_directory(string page, bool isIndex)
    {
        await using var server = await AnsweringServer.StartAsync(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync(page);
        });
        await using var store = await OpenAsync($"http://{server.Endpoint.Authority}/files");
        if (isIndex)
            (await store.ListAsync(cancellationToken: Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
        else
            (await Should.ThrowAsync<StoreException>(async () => await store.ListAsync(cancellationToken: Cancel).ToListAsync(Cancel))).Reason.ShouldContain("is not a directory index");
    }

    [Theory]
    [InlineData("")]
    [InlineData("json/")]
    public async Task The_indexes_of_nginx_are_listings(string below)
    {
        var server = await NginxIndexServer.StartAsync(Cancel);
        var path = below + Guid.NewGuid().ToString("n");
        var folder = Directory.CreateDirectory(Path.Join(server.Files, path)).FullName;
        string[] names = ["a b", "a+b", "ü", "<&>", "%41", "dir/deep/x", "a\"b", "z"];
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(folder, name))!);
            await File.WriteAllTextAsync(Path.Join(folder, name), name, Cancel);
        }
        await using var store = await OpenAsync($"http://{server.Endpoint.Authority}/{path}");

        var listed = await store.ListAsync(StorePath.Root, new() { Recursive = true }, Cancel).ToListAsync(Cancel);

        listed.Select(e => e.Path.Value).ShouldBe(names.Order(StringComparer.Ordinal));
        foreach (var entry in listed)
        {
            entry.Length.ShouldBe(System.Text.Encoding.UTF8.GetByteCount(entry.Path.Value));
            (await store.ReadTextAsync(entry.Path, cancellationToken: Cancel)).ShouldBe(entry.Path.Value);
        }
        (await store.ListAsync(StorePath.Root, null, Cancel).Where(e => e.IsDirectory).ToListAsync(Cancel)).ShouldHaveSingleItem().Path.Value.ShouldBe("dir");
        (await store.IsDirectoryAsync("dir/deep", Cancel)).ShouldBeTrue();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_range_is_asked_for_and_a_version_is_held()
    {
        var server = await ApacheServer.StartAsync(Cancel);
        var (folder, path) = server.MakeFolder();
        await File.WriteAllTextAsync(Path.Join(folder, "a"), "0123456789", Cancel);
        await using var store = await OpenAsync($"http://{server.Endpoint.Authority}/{path}");
        var first = await store.StatAsync("a", Cancel);

        (await ReadAsync(store, "a", new() { Range = new ByteRange(3, 4) })).ShouldBe("3456");
        await File.WriteAllTextAsync(Path.Join(folder, "a"), "another, longer", Cancel);
        var error = await Should.ThrowAsync<StoreException>(() => ReadAsync(store, "a", new() { IfMatch = first.ETag }));
        error.Code.ShouldBe(StoreErrorCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_server_without_ranges_is_read_from_its_start()
    {
        await using var server = await AnsweringServer.StartAsync(async c =>
        {
            c.Response.ContentLength = 10;
            if (c.Request.Method == "GET")
                await c.Response.WriteAsync("0123456789");
        });
        await using var store = await OpenAsync(server.Endpoint.OriginalString);

        (await ReadAsync(store, "a", new() { Range = new ByteRange(3, 4) })).ShouldBe("3456");
    }

    [Fact]
    public async Task Credentials_stay_at_home_when_a_server_redirects()
    {
        await using var elsewhere = await AnsweringServer.StartAsync(c => AnswerAsync(c, "from elsewhere"));
        await using var home = await AnsweringServer.StartAsync(c =>
        {
            if (c.Request.Path == "/moved")
                c.Response.Redirect("/here");
            else if (c.Request.Path == "/away")
                c.Response.Redirect(new Uri(elsewhere.Endpoint, "/there").AbsoluteUri);
            else
                return AnswerAsync(c, "from home");
            return Task.CompletedTask;
        });
        foreach (var (name, value) in new[] { ("token", "s3cret-token"), ("password", "s3cret-word") })
        {
            await using var store = await OpenAsync(home.Endpoint.OriginalString, (name, value), ("username", "ada"));
            (await store.ReadTextAsync("moved", cancellationToken: Cancel)).ShouldBe("from home");
            (await store.ReadTextAsync("away", cancellationToken: Cancel)).ShouldBe("from elsewhere");
        }

        home.Asked.ShouldNotBeEmpty();
        home.Asked.ShouldAllBe(a => a.Authorization != "");
        elsewhere.Asked.ShouldNotBeEmpty();
        elsewhere.Asked.ShouldAllBe(a => a.Authorization == "");
    }

    [Fact]
    public async Task A_redirect_that_goes_round_ends()
    {
        await using var server = await AnsweringServer.StartAsync(c =>
        {
            c.Response.Redirect(c.Request.Path == "/a" ? "/b" : "/a");
            return Task.CompletedTask;
        });
        await using var store = await OpenAsync(server.Endpoint.OriginalString);

        (await Should.ThrowAsync<StoreException>(() => store.ReadTextAsync("a", cancellationToken: Cancel))).Message.ShouldContain("redirected 10 times and more");
        server.Asked.Count.ShouldBeLessThan(30);
    }

    [Theory]
    [InlineData(400, StoreErrorCode.Unknown, false)]
    [InlineData(401, StoreErrorCode.Unauthenticated, false)]
    [InlineData(403, StoreErrorCode.PermissionDenied, false)]
    [InlineData(404, StoreErrorCode.NotFound, false)]
    [InlineData(410, StoreErrorCode.NotFound, false)]
    [InlineData(429, StoreErrorCode.Throttled, true)]
    [InlineData(500, StoreErrorCode.Unavailable, true)]
    [InlineData(503, StoreErrorCode.Unavailable, true)]
    public async Task A_status_has_its_code(int status, StoreErrorCode code, bool transient)
    {
        await using var server = await AnsweringServer.StartAsync(c =>
        {
            c.Response.StatusCode = status;
            c.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });
        await using var store = await OpenAsync(server.Endpoint.OriginalString, ("password", "s3cret-word"), ("username", "ada"));

        var error = await Should.ThrowAsync<StoreException>(() => store.ReadTextAsync("a", cancellationToken: Cancel));

        TestContext.Current.TestOutputHelper?.WriteLine(error.Message);
        error.Code.ShouldBe(code);
        error.IsTransient.ShouldBe(transient);
        if (transient)
            error.RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
        error.ToString().ShouldNotContain("s3cret-word");
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_and_one_that_was_named_is_not()
    {
        using var certificate = SelfSigned();
        await using var server = await AnsweringServer.StartAsync(c => AnswerAsync(c, "over TLS"), certificate);
        var pem = Path.Join(Path.GetTempPath(), $"cairn-{Guid.NewGuid():n}.pem");
        await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem(), Cancel);
        try
        {
            await using (var store = await OpenAsync($"https://localhost:{server.Endpoint.Port}"))
            {
                var error = await Should.ThrowAsync<StoreException>(() => store.ReadTextAsync("a", cancellationToken: Cancel));
                TestContext.Current.TestOutputHelper?.WriteLine(error.Message);
                error.IsTransient.ShouldBeFalse();
                error.Message.ShouldContain("certificate");
            }
            await using (var store = await OpenAsync($"https://localhost:{server.Endpoint.Port}", ("ca-file", pem)))
                (await store.ReadTextAsync("a", cancellationToken: Cancel)).ShouldBe("over TLS");
        }
        finally
        {
            File.Delete(pem);
        }
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_not_followed()
    {
        using var certificate = SelfSigned();
        await using var plain = await AnsweringServer.StartAsync(c => AnswerAsync(c, "plain"));
        await using var server = await AnsweringServer.StartAsync(
            c =>
            {
                c.Response.Redirect(new Uri(plain.Endpoint, "/a").AbsoluteUri);
                return Task.CompletedTask;
            },
            certificate);
        var pem = Path.Join(Path.GetTempPath(), $"cairn-{Guid.NewGuid():n}.pem");
        await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem(), Cancel);
        await using var store = await OpenAsync($"https://localhost:{server.Endpoint.Port}", ("ca-file", pem));

        var error = await Should.ThrowAsync<StoreException>(() => store.ReadTextAsync("a", cancellationToken: Cancel));

        error.Code.ShouldBe(StoreErrorCode.PermissionDenied);
        plain.Asked.ShouldBeEmpty();
        File.Delete(pem);
    }

    [Fact]
    public async Task Nothing_is_written_and_nothing_is_asked_for_it()
    {
        await using var server = await AnsweringServer.StartAsync(c => AnswerAsync(c, "x"));
        await using var store = await OpenAsync(server.Endpoint.OriginalString);

        foreach (var act in new Func<Task>[]
        {
            () => store.WriteTextAsync("a", "x", WriteMode.Replace, cancellationToken: Cancel),
            () => store.RemoveAsync("a", Cancel),
            () => store.MoveAsync("a", "b", WriteMode.CreateNew, Cancel),
            () => store.CopyAsync("a", "b", WriteMode.CreateNew, Cancel),
            () => store.MakeDirectoryAsync("d", Cancel),
        })
            (await Should.ThrowAsync<StoreException>(act)).Code.ShouldBe(StoreErrorCode.Unsupported);
        server.Asked.ShouldAllBe(a => a.Method == "HEAD" || a.Method == "GET");
    }

    [Fact]
    public async Task A_page_that_is_no_index_is_told()
    {
        await using var server = await AnsweringServer.StartAsync(c =>
        {
            c.Response.ContentType = "text/plain";
            return AnswerAsync(c, "hello");
        });
        await using var store = await OpenAsync(server.Endpoint.OriginalString);
        (await Should.ThrowAsync<StoreException>(async () => await store.ListAsync(StorePath.Root, null, Cancel).ToListAsync(Cancel))).Message.ShouldContain("not an index");

        await using var silent = await OpenAsync(server.Endpoint.OriginalString, ("index", "none"));
        (await Should.ThrowAsync<StoreException>(async () => await silent.ListAsync(StorePath.Root, null, Cancel).ToListAsync(Cancel))).Code.ShouldBe(StoreErrorCode.Unsupported);
    }

    private static async Task<string> ReadAsync(ArtifactStore store, StorePath path, OpenReadOptions options)
    {
        await using var content = await store.OpenReadAsync(path, options, Cancel);
        using var text = new StreamReader(content);
        return await text.ReadToEndAsync(Cancel);
    }

    private static Task AnswerAsync(HttpContext context, string text)
    {
        context.Response.ContentLength = text.Length;
        return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.WriteAsync(text);
    }

    private static async Task<ArtifactStore> OpenAsync(string address, params (string Name, string Value)[] options) =>
        await ArtifactStore.OpenAsync(new HttpProvider(), StoreUri.Parse(address), options.ToDictionary(o => o.Name, o => o.Value), cancellationToken: Cancel);

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
