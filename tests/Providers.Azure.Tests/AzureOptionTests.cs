using System.Globalization;
using Cairn.TestServers.Proxy;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.Azure.Tests;

/// <summary>What options and the ecosystem's conventions do, seen on the wire.</summary>
public sealed class AzureOptionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tier_and_encryption_scope_go_with_what_is_written()
    {
        await using var recorder = new AzureRecorder();
        await using var store = await recorder.OpenAsync(("account-key", "c2VjcmV0"), ("access-tier", "Cool"), ("encryption-scope", "scope1"));
        await AzureRecorder.DoAllAsync(store);
        var writes = recorder.Server.Requests.Where(static r => r.Method == "PUT").ToArray();
        writes.Length.ShouldBeGreaterThan(6);
        foreach (var write in writes)
        {
            write["x-ms-encryption-scope"].ShouldBe("scope1", write.Target);
            // Blocks, markers and metadata have no tier of their own.
            if (!write.Target.Contains("comp=block&", StringComparison.Ordinal) && !write.Target.Contains("comp=metadata", StringComparison.Ordinal)
                && !write.Target.Contains("made", StringComparison.Ordinal))
                write["x-ms-access-tier"].ShouldBe("Cool", write.Target);
        }
    }

    [Theory]
    [InlineData("crc64")]
    [InlineData("md5")]
    [InlineData("none")]
    public async Task A_checksum_goes_with_every_body(string checksum)
    {
        await using var recorder = new AzureRecorder();
        await using var store = await recorder.OpenAsync(("account-key", "c2VjcmV0"), ("checksum", checksum));
        await AzureRecorder.DoAllAsync(store);
        var bodies = recorder.Server.Requests.Where(static r => r.Method == "PUT" && r.Body.Length > 0).ToArray();
        bodies.Length.ShouldBe(5);
        foreach (var body in bodies)
        {
            body["x-ms-content-crc64"].ShouldBe(checksum == "crc64" ? Convert.ToBase64String(AzureRequests.Crc64Of(body.Body)) : "");
            body["Content-MD5"].Length.ShouldBe(checksum == "md5" ? 24 : 0);
        }
    }

    [Fact]
    public async Task Each_credential_is_what_is_sent()
    {
        await using var recorder = new AzureRecorder();
        await using var key = await recorder.OpenAsync(("account-key", "c2VjcmV0"));
        await key.StatAsync("f", Cancel);
        recorder.Server.Requests[0]["Authorization"].ShouldStartWith("SharedKey acme:");
        await using var sas = await recorder.OpenAsync(("sas-token", "?sv=2022-11-02&sig=abc"));
        await sas.StatAsync("f", Cancel);
        recorder.Server.Requests[1].Target.ShouldEndWith("sv=2022-11-02&sig=abc");
        await using var anonymous = await recorder.OpenAsync(("anonymous", "yes"));
        await anonymous.StatAsync("f", Cancel);
        (recorder.Server.Requests[2]["Authorization"], recorder.Server.Requests[2].Target).ShouldBe(("", "/acme/data/root/f"));
        await using var text = new ArtifactStore(await AzureBackend.OpenAsync(
            StoreUri.Parse("az://data/root"), new() { ["connection-string"] = $"AccountName=other;AccountKey=c2VjcmV0;BlobEndpoint={recorder.Endpoint}" }));
        await text.StatAsync("f", Cancel);
        recorder.Server.Requests[3]["Authorization"].ShouldStartWith("SharedKey other:");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_identity_of_the_machine_signs_in_and_its_token_is_renewed_in_the_middle_of_a_transfer(bool alone)
    {
        await using var recorder = new AzureRecorder(tls: true);
        var given = 0;
        // The first token ends soon, which is when a new one is asked for; the others last.
        await using var identity = RecordingServer.Start(
            _ =>
            {
                var number = Interlocked.Increment(ref given);
                var ends = TimeProvider.System.GetUtcNow().Add(number == 1 ? TimeSpan.FromMinutes(2) : TimeSpan.FromDays(1)).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
                return new(200, $$"""{"access_token":"token-{{number}}","expires_on":"{{ends}}","resource":"https://storage.azure.com","token_type":"Bearer"}""", "application/json");
            });
        var ca = Path.Join(Path.GetTempPath(), $"cairn-{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(ca, recorder.Server.CertificatePem, Cancel);
        // Tokens are kept by client, for the whole process.
        var client = Guid.NewGuid().ToString();
        (string, string)[] variables =
            [("IDENTITY_ENDPOINT", identity.Endpoint + "msi/token"), ("IDENTITY_HEADER", "header-secret"), .. alone ? [] : new[] { ("AZURE_CLIENT_ID", client) }];
        var before = variables.Select(static v => Environment.GetEnvironmentVariable(v.Item1)).ToArray();
        foreach (var (name, value) in variables)
            Environment.SetEnvironmentVariable(name, value);
        try
        {
            await using var store = await recorder.OpenAsync([("ca-file", ca), .. alone ? new[] { ("managed-identity", "yes"), ("client-id", client) } : []]);
            await using (var stream = await store.OpenWriteAsync("f", WriteMode.Replace, cancellationToken: Cancel))
            {
                await stream.WriteAsync(new byte[2 << 20], Cancel);
                for (var i = 0; i < 2000 && !recorder.Server.Requests.Any(static r => r["Authorization"] == "Bearer token-2"); i++)
                    await store.StatAsync("other", Cancel);
                await stream.WriteAsync(new byte[2 << 20], Cancel);
                await stream.CompleteAsync(Cancel);
            }
            recorder.Server.Requests[0]["Authorization"].ShouldBe("Bearer token-1");
            recorder.Server.Requests[^1]["Authorization"].ShouldBe("Bearer token-2");
            identity.Requests.ShouldAllBe(r => r["X-IDENTITY-HEADER"] == "header-secret" && r.Target.Contains(client, StringComparison.Ordinal));
        }
        finally
        {
            for (var i = 0; i < variables.Length; i++)
                Environment.SetEnvironmentVariable(variables[i].Item1, before[i]);
            File.Delete(ca);
        }
    }

    [Theory]
    [InlineData(FaultKind.Status429)]
    [InlineData(FaultKind.Status503)]
    [InlineData(FaultKind.Status500)]
    public async Task A_refusal_is_sent_again_as_often_as_asked_for(FaultKind kind)
    {
        await using var recorder = new AzureRecorder();
        await using var proxy = FaultProxy.Start(recorder.Server.Endpoint, new() { Rules = { new(kind) } });
        await using var store = new ArtifactStore(await AzureBackend.OpenAsync(
            StoreUri.Parse("az://data/root"), recorder.Options(("endpoint", $"{proxy.Endpoint}acme"), ("account-key", "c2VjcmV0"), ("retries", "2"))));
        Func<Task>[] all =
        [
            () => store.StatAsync("f", Cancel), () => store.ReadBytesAsync("f", Cancel), () => store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel),
            async () => await store.ListAsync(cancellationToken: Cancel).ToListAsync(Cancel),
        ];
        foreach (var one in all)
        {
            proxy.ResetCounters();
            await Should.ThrowAsync<StoreException>(one);
            proxy.Counters.Requests.ShouldBe(3);
        }
    }

    [Fact]
    public async Task A_conditional_copy_whose_answer_was_lost_is_ones_own_success()
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        await using var proxy = FaultProxy.Start(new(server.BlobEndpoint.GetLeftPart(UriPartial.Authority)));
        await using var store = await AzureBackend.OpenStoreAsync(container, ("endpoint", server.At(proxy.Endpoint).BlobEndpoint.OriginalString));
        await store.WriteTextAsync("from", "content", WriteMode.CreateNew, cancellationToken: Cancel);
        proxy.Add(new(FaultKind.DropResponse) { Times = 1, When = static (method, target) => method == "PUT" && target.Contains("/to", StringComparison.Ordinal) });
        var copied = await store.CopyAsync("from", "to", WriteMode.CreateNew, Cancel);
        proxy.Counters.Faults.ShouldBe(1);
        (await store.StatAsync("to", Cancel)).ETag.ShouldBe(copied.ETag);
        (await Should.ThrowAsync<StoreException>(() => store.CopyAsync("from", "to", WriteMode.CreateNew, Cancel))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
    }
}
