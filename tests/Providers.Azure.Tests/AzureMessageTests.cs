using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Azure.Identity;
using Cairn.Layers;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.Azure.Tests;

/// <summary>What a user is told when something is not as it should be; and that no secret is ever among it.</summary>
public sealed class AzureMessageTests
{
    private static readonly string _canary = "canary" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    [Fact]
    public async Task A_wrong_key_is_named()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var store = await AzureBackend.OpenStoreAsync(container, ("account-key", Convert.ToBase64String(new byte[64])));

        var error = await FailAsync(store);
        error.Code.ShouldBeOneOf(StoreErrorCode.Unauthenticated, StoreErrorCode.PermissionDenied);
        error.Message.ShouldContain("account key or signature is wrong");
        error.RequestId.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_missing_container_is_named()
    {
        await using var store = await AzureBackend.OpenStoreAsync($"missing-{Guid.NewGuid():N}");

        var error = await FailAsync(store);
        error.Code.ShouldBe(StoreErrorCode.NotFound);
        error.Message.ShouldContain("the container does not exist");
        error.RequestId.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_wrong_host_is_named()
    {
        await using var store = await AzureBackend.OpenStoreAsync("data", ("endpoint", "https://no-such-account.invalid"), ("retries", "1"));

        var error = await FailAsync(store);
        error.Code.ShouldBe(StoreErrorCode.Unavailable);
        error.Message.ShouldContain("host name cannot be resolved");
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_named()
    {
        await using var store = await AzureBackend.OpenStoreAsync("data", ("endpoint", "http://127.0.0.1:1/devstoreaccount1"), ("retries", "0"));

        (await FailAsync(store)).Message.ShouldContain("could not be reached");
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_named_and_a_file_of_it_is_trusted()
    {
        await using var server = new Listener(tls: true, answers: true);
        await using var store = await AzureBackend.OpenStoreAsync("data", ("endpoint", $"https://localhost:{server.Port}/devstoreaccount1"), ("retries", "0"));
        var error = await FailAsync(store);
        error.Message.ShouldContain("no secure connection");
        error.IsTransient.ShouldBeFalse();

        var file = Path.Join(Path.GetTempPath(), $"cairn-{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(file, server.Certificate!.ExportCertificatePem());
        try
        {
            await using var trusting = await AzureBackend.OpenStoreAsync("data", ("endpoint", $"https://localhost:{server.Port}/devstoreaccount1"), ("retries", "0"), ("ca-file", file));
            (await FailAsync(trusting)).Message.ShouldContain("418");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_service_that_never_answers_is_given_up()
    {
        await using var server = new Listener(tls: false, answers: false);
        await using var store = await AzureBackend.OpenStoreAsync("data", ("endpoint", $"http://127.0.0.1:{server.Port}/devstoreaccount1"), ("retries", "0"), ("timeout", "300ms"));

        (await FailAsync(store)).Message.ShouldContain("did not respond in time");
    }

    [Fact]
    public async Task Requests_go_through_the_proxy_and_name_the_user_agent_and_the_scope()
    {
        await using var server = new Listener(tls: false, answers: true);
        await using var store = await AzureBackend.OpenStoreAsync(
            "data", ("endpoint", "http://acme.invalid/devstoreaccount1"), ("retries", "0"), ("proxy", $"http://127.0.0.1:{server.Port}"), ("user-agent", "my-tool"), ("encryption-scope", "scope1"));

        (await FailAsync(store)).Message.ShouldContain("418");
        var head = server.Heads.ShouldHaveSingleItem();
        head.ShouldStartWith("PUT http://acme.invalid/devstoreaccount1/data/file");
        head.ShouldContain("User-Agent: my-tool ");
        head.ShouldContain("x-ms-encryption-scope: scope1");
    }

    [Fact]
    public void An_identity_is_used_where_nothing_else_is_given()
    {
        Make(new() { Account = "acme" }).Token.ShouldBeOfType<DefaultAzureCredential>();
        Make(new() { Account = "acme", ManagedIdentity = true, ClientId = "id" }).Token.ShouldBeOfType<ManagedIdentityCredential>();
        Make(new() { Account = "acme", Anonymous = true }).Token.ShouldBeNull();
        Make(new() { Account = "acme" }).Checksum.ShouldBe(AzureChecksum.Crc64);

        static AzureClients Make(AzureOptions options) => AzureClients.Make(StoreUri.Parse("az://data"), options, static _ => null);
    }

    [Fact]
    public async Task No_secret_is_in_any_message_log_or_text()
    {
        using var telltale = new Telltale();
        await using var recorder = new AzureRecorder();
        var key = Convert.ToBase64String(Encoding.ASCII.GetBytes(_canary));
        var server = await AzureBackend.ServerAsync();
        var container = await AzureBackend.NewContainerAsync();
        (string Name, string? Value)[][] all =
        [
            [("account-key", key)],
            [("account-key", null), ("sas-token", $"sv=2021-12-02&sr=c&sp=racwdl&se=2099-01-01&sig={_canary}")],
            [("account-key", null), ("endpoint", null), ("account", null), ("connection-string", $"AccountName=acme;AccountKey={key};BlobEndpoint={server.BlobEndpoint.OriginalString}")],
            [("account-key", key), ("endpoint", "http://127.0.0.1:1/devstoreaccount1"), ("retries", "0")],
        ];
        var texts = new List<string>();
        foreach (var options in all)
        {
            var driver = await AzureBackend.OpenAsync(StoreUri.Create("az", container, default), AzureBackend.Options(server, options));
            await using var store = Told(driver);
            texts.Add(driver.ToString()!);
            texts.Add(store.ToString()!);
            texts.Add(StoreOptions.Bind<AzureOptions>(AzureBackend.Options(server, options)).ToString()!);
            Func<Task>[] verbs =
            [
                () => store.WriteBytesAsync("file", new byte[10], WriteMode.CreateNew), () => store.WriteBytesAsync("file", new byte[3 << 20], WriteMode.CreateNew), () => store.ReadBytesAsync("file"),
                async () => await store.ListAsync(StorePath.Root).ToListAsync(), () => store.CopyAsync("file", "other", WriteMode.CreateNew), () => store.RemoveAsync("file"),
            ];
            foreach (var verb in verbs)
                texts.Add((await Should.ThrowAsync<StoreException>(verb)).ToString());
        }

        (string, string)[] right = [("account-key", key), ("sas-token", $"sv=2021-12-02&sig={_canary}"), ("connection-string", $"AccountName=acme;AccountKey={key};BlobEndpoint={recorder.Endpoint}")];
        foreach (var credential in right)
        {
            await using var store = Told(await AzureBackend.OpenAsync(StoreUri.Parse("az://data/root"), recorder.Options(credential)));
            await AzureRecorder.DoAllAsync(store);
        }
        texts.AddRange(telltale.Texts);
        texts.Where(t => t.Contains(_canary, StringComparison.Ordinal) || t.Contains(key, StringComparison.Ordinal)).ShouldBeEmpty();
        foreach (var source in new[] { "event Azure-Core", "event System.Net.Http", "span Cairn", "metric Cairn", "span System.Net.Http", "metric System.Net.Http", "log" })
            telltale.Sources.Keys.ShouldContain(source);

        ArtifactStore Told(StoreDriver driver) => new(driver.WithTelemetry(new() { PathsOnSpans = true }, new() { LoggerFactory = telltale }), new ArtifactStoreOptions { LoggerFactory = telltale });
    }

    private static async Task<StoreException> FailAsync(ArtifactStore store) =>
        await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("file", new byte[1], WriteMode.Replace));

    /// <summary>Takes connections; answers each request with 418, or never.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _serving;

        public Listener(bool tls, bool answers)
        {
            if (tls)
                Certificate = MakeCertificate();
            _listener.Start();
            _serving = ServeAsync(answers);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public X509Certificate2? Certificate { get; }

        public List<string> Heads { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            _listener.Stop();
            Certificate?.Dispose();
            _stop.Dispose();
        }

        private static X509Certificate2 MakeCertificate()
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
            return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        }

        private async Task ServeAsync(bool answers)
        {
            var open = new List<Task>();
            try
            {
                while (true)
                    open.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token), answers));
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(open);
            }
        }

        private async Task AnswerAsync(TcpClient client, bool answers)
        {
            using var closing = client;
            try
            {
                Stream stream = client.GetStream();
                if (Certificate is { } certificate)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stop.Token);
                    stream = secure;
                }
                await using var disposing = stream;
                var head = new StringBuilder();
                var buffer = new byte[4096];
                while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    var count = await stream.ReadAsync(buffer, _stop.Token);
                    if (count == 0)
                        return;
                    head.Append(Encoding.ASCII.GetString(buffer, 0, count));
                }
                lock (Heads)
                    Heads.Add(head.ToString());
                if (!answers)
                    await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
                await stream.WriteAsync("HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, or the test is over.
            }
        }
    }
}
