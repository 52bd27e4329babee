using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cairn.TestServers.Fixtures;
using Cairn.TestServers.Proxy;

namespace Cairn.TestServers.Tests.Fixtures;

/// <summary>The servers as a provider's tests get them; where one cannot be had the skip says why.</summary>
public sealed class RealServerTests
{
    [Fact]
    public async Task S3_makes_buckets_also_through_the_proxy()
    {
        var found = await S3Server.TryStartAsync();
        Assert.SkipUnless(found.Server is not null, found.Reason);
        await using var proxy = FaultProxy.Start(found.Server.Endpoint);
        // The signature covers the Host header: it holds only because the proxy leaves it alone.
        var through = found.Server.At(proxy.Endpoint);
        string bucket = await through.CreateBucketAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => found.Server.CreateBucketAsync("X"));
        await found.Server.DeleteBucketAsync(bucket);
        await Should.ThrowAsync<InvalidOperationException>(() => found.Server.DeleteBucketAsync(bucket));
        proxy.Counters.ByMethod["PUT"].Requests.ShouldBe(1);
    }

    [Fact]
    public async Task Azure_makes_containers_also_through_the_proxy()
    {
        var found = await AzuriteServer.TryStartAsync();
        Assert.SkipUnless(found.Server is not null, found.Reason);
        await using var proxy = FaultProxy.Start(found.Server.BlobEndpoint);
        string container = await found.Server.At(proxy.Endpoint).CreateContainerAsync();
        (await Should.ThrowAsync<InvalidOperationException>(() => found.Server.CreateContainerAsync(container))).Message.ShouldContain("409");
        await found.Server.DeleteContainerAsync(container);
        found.Server.ConnectionString.ShouldContain(found.Server.BlobEndpoint.OriginalString);
    }

    [Fact]
    public async Task WebDav_writes_lists_locks_and_moves()
    {
        var found = await WebDavServer.TryStartAsync();
        Assert.SkipUnless(found.Server is not null, found.Reason);
        var server = found.Server;
        using var http = new HttpClient { BaseAddress = server.Endpoint };
        string folder = "/" + Guid.NewGuid().ToString("N") + "/";
        (await http.GetAsync(folder)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{server.User}:{server.Password}")));
        async Task<HttpResponseMessage> SendAsync(string method, string path, string? destination = null, string? body = null)
        {
            var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body) };
            if (destination is not null) request.Headers.Add("Destination", new Uri(server.Endpoint, destination).AbsoluteUri);
            if (method == "PROPFIND") request.Headers.Add("Depth", "1");
            return await http.SendAsync(request);
        }
        // 409 by the standard; nginx says 500.
        (await SendAsync("PUT", folder + "a.txt", body: "hello")).IsSuccessStatusCode.ShouldBeFalse();
        (await SendAsync("MKCOL", folder)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await SendAsync("PUT", folder + "a.txt", body: "hello")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await http.GetStringAsync(folder + "a.txt")).ShouldBe("hello");
        (await SendAsync("MOVE", folder + "a.txt", folder + "b.txt")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var listing = await SendAsync("PROPFIND", folder);
        ((int)listing.StatusCode, (await listing.Content.ReadAsStringAsync()).Contains("b.txt")).ShouldBe((207, true));
        if (server.Files is not null) (await File.ReadAllTextAsync(Path.Join(server.Files, folder, "b.txt"))).ShouldBe("hello");
        (await SendAsync("DELETE", folder)).IsSuccessStatusCode.ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_is_found_again_by_the_next_program()
    {
        var found = await AzuriteServer.TryStartAsync();
        Assert.SkipUnless(found.Server is not null, found.Reason);
        var next = await TestServersProgram.RunAsync(["azure"]);
        next.Output.ShouldContain("CAIRN_TEST_AZURE_ENDPOINT=" + found.Server.BlobEndpoint.OriginalString);
        if (found.Server.Origin != "CAIRN_TEST_AZURE_ENDPOINT") next.Output.ShouldContain("found running");
    }

    [Fact]
    public async Task An_endpoint_from_the_environment_comes_first()
    {
        var run = await TestServersProgram.RunAsync(["s3"], ("CAIRN_TEST_S3_ENDPOINT", "http://s3.example:1234"), ("CAIRN_TEST_S3_ACCESS_KEY", "me"), ("CAIRN_TEST_S3_SECRET_KEY", "hush"));
        run.Output.ShouldContain("CAIRN_TEST_S3_ENDPOINT=http://s3.example:1234\nCAIRN_TEST_S3_ACCESS_KEY=me\nCAIRN_TEST_S3_SECRET_KEY=hush");
    }

    [Fact]
    public async Task A_postgres_server_of_the_environment_comes_first()
    {
        var run = await TestServersProgram.RunAsync(["postgres"], ("CAIRN_TEST_POSTGRES_ENDPOINT", "postgresql://db.example:1234"), ("CAIRN_TEST_POSTGRES_USER", "me"),
            ("CAIRN_TEST_POSTGRES_PASSWORD", "hush"));
        run.Output.ShouldBe("# CAIRN_TEST_POSTGRES_ENDPOINT\nCAIRN_TEST_POSTGRES_ENDPOINT=postgresql://db.example:1234\nCAIRN_TEST_POSTGRES_USER=me\nCAIRN_TEST_POSTGRES_PASSWORD=hush\n");
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("azure")]
    [InlineData("postgres")]
    public async Task What_cannot_be_had_is_said_in_words(string server)
    {
        string missing = Path.Join(Path.GetTempPath(), "no-docker-" + Guid.NewGuid().ToString("N"));
        string variable = $"CAIRN_TEST_{server.ToUpperInvariant()}_ENDPOINT";
        var run = await TestServersProgram.RunAsync([server], (variable, ""), ("CAIRN_TEST_SERVERS", "container"), ("DOCKER_HOST", "unix://" + missing));
        run.Code.ShouldBe(1);
        run.Error.ShouldContain($"can be had here. {variable} is not set");
        run.Error.ShouldContain("container: docker-engine: the Docker engine of DOCKER_HOST does not answer");
        run.Error.ShouldContain("process: CAIRN_TEST_SERVERS=container rules it out");
    }
}
