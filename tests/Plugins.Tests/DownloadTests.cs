using System.Net;
using System.Security.Cryptography;

namespace Cairn.Plugins.Tests;

public sealed class DownloadTests : IDisposable
{
    private readonly PluginSandbox _box = new();
    private readonly PackageServer _server = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_package_is_added_from_an_address_of_this_machine()
    {
        var bytes = await File.ReadAllBytesAsync(_box.Pack(PluginSandbox.Built("One")), Cancel);
        _server.Answers["/acme.nupkg"] = (200, bytes, null);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));

        var plugin = await _box.User.AddAsync(_server.Address + "acme.nupkg?token=hidden", new() { Sha256 = digest }, Cancel);

        plugin.Pin!.Source.ShouldBe(_server.Address + "acme.nupkg");
        File.ReadAllText(_box.User.PinFile).ShouldNotContain("hidden");
        await PluginSandbox.RefusedAsync(
            StoreErrorCode.IntegrityFailure,
            () => _box.User.AddAsync(_server.Address + "acme.nupkg", new() { Sha256 = new('0', 64), Replace = true }, Cancel),
            digest, "Nothing was added.");
    }

    [Fact]
    public async Task A_redirect_is_followed_by_the_same_rule()
    {
        _server.Answers["/acme.nupkg"] = (200, await File.ReadAllBytesAsync(_box.Pack(PluginSandbox.Built("One")), Cancel), null);
        _server.Answers["/moved"] = (302, [], "/acme.nupkg");
        _server.Answers["/away"] = (302, [], "http://plugins.example/acme.nupkg");
        _server.Answers["/loop"] = (302, [], "/loop");

        (await _box.User.AddAsync(_server.Address + "moved", cancellationToken: Cancel)).Name.ShouldBe("acme.one");
        await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => _box.User.AddAsync(_server.Address + "away", cancellationToken: Cancel), "only over https");
        await PluginSandbox.RefusedAsync(StoreErrorCode.Unavailable, () => _box.User.AddAsync(_server.Address + "loop", cancellationToken: Cancel), "redirected more than 5 times");
    }

    [Theory]
    [InlineData("http://plugins.example/acme.nupkg", "only over https")]
    [InlineData("ftp://plugins.example/acme.nupkg", "only over https")]
    [InlineData("file:///tmp/acme.nupkg", "only over https")]
    [InlineData("https://ada:secret@plugins.example/acme.nupkg", "a user name or password")]
    public async Task Other_addresses_are_refused(string address, string mention)
    {
        var message = await PluginSandbox.RefusedAsync(StoreErrorCode.InvalidConfiguration, () => _box.User.AddAsync(address, cancellationToken: Cancel), mention);
        message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task What_the_server_does_not_give_is_said()
    {
        await PluginSandbox.RefusedAsync(StoreErrorCode.Unavailable, () => _box.User.AddAsync(_server.Address + "absent", cancellationToken: Cancel), "404");
        _server.Answers["/large"] = (200, new byte[100_000], null);
        await PluginSandbox.RefusedAsync(
            StoreErrorCode.InvalidConfiguration, () => _box.User.AddAsync(_server.Address + "large", new() { Limits = new() { PackageBytes = 1000 } }, Cancel), "larger than 1000 bytes");
    }

    public void Dispose()
    {
        _server.Dispose();
        _box.Dispose();
    }

    private sealed class PackageServer : IDisposable
    {
        private readonly HttpListener _listener;
        private readonly Task _serving;

        public PackageServer()
        {
            for (var tries = 0; ; tries++)
            {
                Address = $"http://127.0.0.1:{Random.Shared.Next(20000, 60000)}/";
                // One that failed to start is disposed by that.
                _listener = new();
                _listener.Prefixes.Add(Address);
                try
                {
                    _listener.Start();
                    break;
                }
                catch (HttpListenerException) when (tries < 20)
                {
                    // The port is taken: the next one.
                }
            }
            _serving = ServeAsync();
        }

        public string Address { get; }

        public Dictionary<string, (int Status, byte[] Body, string? Location)> Answers { get; } = [];

        public void Dispose()
        {
            _listener.Close();
            _serving.GetAwaiter().GetResult();
        }

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
                var (status, body, location) = Answers.GetValueOrDefault(context.Request.Url!.AbsolutePath, (404, [], null));
                context.Response.StatusCode = status;
                // Without a length the body goes in chunks, and the end of an empty one can be read as the next answer.
                context.Response.ContentLength64 = body.Length;
                if (location is not null)
                    context.Response.RedirectLocation = location;
                try
                {
                    await context.Response.OutputStream.WriteAsync(body);
                    context.Response.Close();
                }
                catch (HttpListenerException)
                {
                    context.Response.Abort();
                }
            }
        }
    }
}
