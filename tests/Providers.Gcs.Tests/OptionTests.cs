using System.Text.Json.Nodes;
using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;

namespace Cairn.Providers.Gcs.Tests;

public sealed class OptionTests : GcsTest
{
    [Fact]
    public async Task Storage_class_and_key_go_with_every_kind_of_write()
    {
        var store = await OpenAsync("storage-class=NEARLINE", "kms-key=projects/p/locations/l/keyRings/r/cryptoKeys/k", "composite=always");
        await PutAsync(store, "small", Bytes(10));
        await PutAsync(store, "composed", Bytes(600_000));
        await store.CopyAsync("small", "copied", WriteMode.Replace, Cancel);
        var resumable = await OpenAsync("storage-class=NEARLINE", "kms-key=projects/p/locations/l/keyRings/r/cryptoKeys/k", "composite=never");
        await PutAsync(resumable, "resumed", Bytes(600_000));
        foreach (var name in new[] { "small", "copied", "resumed" })
            (await ResourceAsync(name))["storageClass"]!.GetValue<string>().ShouldBe("NEARLINE", name);
        Proxy.Requests.Where(r => r.Method == "POST" && !r.Target.Contains("batch", StringComparison.Ordinal))
            .ShouldAllBe(r => r.Target.Contains("mskeyname=projects%2Fp", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_project_pays()
    {
        var bucket = Fake.CreateBucket(requesterPays: true);
        await using var poor = await ArtifactStore.OpenAsync(new GcsProvider(), $"gs://{bucket}", Values(), cancellationToken: Cancel);
        var error = await FailsAsync(StoreErrorCode.InvalidConfiguration, () => poor.StatAsync("f", Cancel));
        error.Message.ShouldContain("user-project");
        await using var rich = await ArtifactStore.OpenAsync(new GcsProvider(), $"gs://{bucket}",
            Without(Values(("user-project", "payer"), ("composite", "always"), ("access-token", Fake.IssueToken())), "anonymous"), cancellationToken: Cancel);
        await PutAsync(rich, "a", Bytes(10));
        await PutAsync(rich, "b", Bytes(600_000));
        (await rich.ReadBytesAsync("a", Cancel)).ShouldBe(Bytes(10));
        await rich.CopyAsync("a", "c", WriteMode.CreateNew, Cancel);
        (await rich.RemoveTreeAsync(StorePath.Root, Cancel)).ShouldBe(3);
    }

    [Fact]
    public async Task A_proxy_is_used()
    {
        // A name that nothing resolves: only the proxy knows the way.
        var store = await OpenAsync("endpoint=http://storage.invalid", $"proxy={Proxy.Endpoint.AbsoluteUri}");
        await PutAsync(store, "f", Bytes(100));
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(Bytes(100));
        Proxy.Requests.ShouldContain(r => r.Target.StartsWith("http://storage.invalid/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_user_agent_has_the_name()
    {
        await using var server = await HeaderServer.StartAsync();
        var store = await OpenAsync($"endpoint={server.Endpoint}", "user-agent=pipeline/7", "retries=0");
        await Should.ThrowAsync<StoreException>(() => store.StatAsync("f", Cancel));
        server.UserAgents.ShouldHaveSingleItem().ShouldStartWith("cairn pipeline/7 google-api-dotnet-client/");
    }

    [Theory]
    [InlineData("http://storage.googleapis.com", "/")]
    [InlineData("http://storage-cairn.p.googleapis.com", "/")]
    [InlineData("http://storage.europe-west3.rep.googleapis.com", "/")]
    [InlineData("http://storage.example", "/storage/v1/b/")]
    public async Task Content_is_read_by_the_XML_API_where_the_service_itself_answers(string endpoint, string path)
    {
        var store = await OpenAsync($"endpoint={endpoint}", $"proxy={Proxy.Endpoint.AbsoluteUri}");
        await PutAsync(store, "f", Bytes(100));
        Proxy.ResetCounters();
        (await store.ReadBytesAsync("f", Cancel)).ShouldBe(Bytes(100));
        Proxy.Requests.ShouldAllBe(r => r.Target.StartsWith(endpoint + path + Bucket + "/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_of_ones_own_is_trusted_when_it_is_named()
    {
        await using var front = new TlsFront(Fake.Endpoint);
        var stranger = await OpenAsync($"endpoint={front.Endpoint.AbsoluteUri}", "retries=9", "retry-delay=1h");
        var error = await FailsAsync(StoreErrorCode.Unavailable, () => stranger.StatAsync("f", Cancel));
        (error.Message.Contains("ca-file", StringComparison.Ordinal), error.IsTransient).ShouldBe((true, false));

        var file = Path.Join(Path.GetTempPath(), $"cairn-{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(file, front.CertificatePem, Cancel);
        try
        {
            var friend = await OpenAsync($"endpoint={front.Endpoint.AbsoluteUri}", $"ca-file={file}");
            await PutAsync(friend, "f", Bytes(100));
            (await friend.ReadBytesAsync("f", Cancel)).ShouldBe(Bytes(100));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Retries_are_as_many_as_asked_for_and_parallelism_bounds_parts()
    {
        Proxy.Add(new FaultRule(FaultKind.Status503));
        await FailsAsync(StoreErrorCode.Unavailable, async () => await (await OpenAsync("retries=0")).StatAsync("f", Cancel));
        Proxy.Counters.Requests.ShouldBe(1);
        await FailsAsync(StoreErrorCode.Unavailable, async () => await (await OpenAsync("retries=3")).StatAsync("f", Cancel));
        Proxy.Counters.Requests.ShouldBe(5);
        Proxy.Clear();
        var driver = (await OpenAsync("parallelism=3", "composite=always", "part-size=512KiB")).GetDriver();
        await using var upload = await driver.BeginUploadAsync(new("f", WriteMode.Replace), Cancel);
        (upload.MaxParallelParts, upload.GetPartSize(0)).ShouldBe((3, 512 << 10));
    }

    [Fact]
    public async Task The_largest_object_fits_into_parts()
    {
        var driver = (await OpenAsync("composite=always", "part-size=16MiB")).GetDriver();
        await using var unknown = await driver.BeginUploadAsync(new("f", WriteMode.Replace), Cancel);
        Enumerable.Range(0, 32_768).Sum(n => (long)unknown.GetPartSize(n)).ShouldBeGreaterThan(5L << 40);
        await using var known = await driver.BeginUploadAsync(new("f", WriteMode.Replace) { Length = 5L << 40 }, Cancel);
        (known.GetPartSize(0) * 32_768L).ShouldBeGreaterThanOrEqualTo(5L << 40);
    }

    [Theory]
    [InlineData("part-size", "300KiB", "multiple")]
    [InlineData("part-size", "0", "multiple")]
    [InlineData("parallelism", "0", "at least 1")]
    [InlineData("retries", "-1", "at least 0")]
    [InlineData("timeout", "0s", "greater than 0")]
    [InlineData("endpoint", "ftp://x", "http")]
    [InlineData("endpoint", "http://me:hunter2@x", "credentials")]
    [InlineData("endpoint", "http://x?token=hunter2", "query")]
    [InlineData("proxy", "nonsense", "proxy")]
    [InlineData("key-file", "/no/such/file", "cannot be read")]
    [InlineData("key", "hunter2", "does not contain a Google credential")]
    [InlineData("ca-file", "/no/such/file", "PEM")]
    [InlineData("access-token", "hunter2", "at most one")]
    [InlineData("user-agent", "pipeline (7)", "product")]
    [InlineData("user-agent", "pipeline/7/8", "product")]
    [InlineData("user-project", "payer", "requires credentials")]
    public async Task What_is_wrong_is_said_without_a_secret(string option, string value, string says)
    {
        var values = Values((option, value));
        var error = await FailsAsync(StoreErrorCode.InvalidConfiguration,
            async () => await ArtifactStore.OpenAsync(new GcsProvider(), $"gs://{Bucket}", option is "key" or "key-file" ? Without(values, "anonymous") : values, cancellationToken: Cancel));
        error.Message.ShouldContain(says);
        error.ToString().ShouldNotContain("hunter2");
    }

    private static Dictionary<string, string> Without(Dictionary<string, string> values, string name)
    {
        values.Remove(name);
        return values;
    }

    private Dictionary<string, string> Values(params (string Name, string Value)[] options)
    {
        var values = new Dictionary<string, string> { ["endpoint"] = Proxy.Endpoint.AbsoluteUri, ["anonymous"] = "true", ["part-size"] = "256KiB" };
        foreach (var (name, value) in options)
            values[name] = value;
        return values;
    }

    private async Task<JsonNode> ResourceAsync(string name)
    {
        using var http = new HttpClient();
        return JsonNode.Parse(await http.GetStringAsync($"{Fake.Endpoint}storage/v1/b/{Bucket}/o/{name}", Cancel))!;
    }
}
