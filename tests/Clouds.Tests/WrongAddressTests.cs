using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cairn.Clouds.Tests;

/// <summary>Addresses of what is not there: a container that nobody made, a port that nobody listens at.</summary>
public sealed class WrongAddressTests(Builds builds) : IDisposable
{
    private static readonly string[] Commands =
    [
        "ls ROOT", "ls ROOT/a/b", "ls -r ROOT", "cat ROOT/f", "stat ROOT/f", "stat ROOT", "du ROOT", "tree ROOT", "find ROOT/**", "cp f.txt ROOT/f", "cp ROOT/f g", "cp -r ROOT/d g", "mv f.txt ROOT/f",
            "sync . ROOT/x", "rm ROOT/f", "rm -r ROOT/d",
        "mkdir ROOT/d", "mkdir ROOT", "save f.txt --name x --store ROOT", "load x --store ROOT",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-wrong-").FullName;

    [Fact]
    public async Task A_container_that_does_not_exist_is_named_by_every_command()
    {
        await using var clouds = await Clouds.StartAsync();
        var cairn = await builds.PathAsync(Builds.Tool);
        var missing = $"cairn-missing-{Guid.NewGuid():N}";
        foreach (var (scheme, noun, advice) in new[] { ("s3", "bucket", "the endpoint"), ("az", "container", "the account"), ("gs", "bucket", "") })
        {
            foreach (var command in Commands)
            {
                await File.WriteAllTextAsync(Path.Join(_folder, "f.txt"), "precious");
                var (code, _, error) = await clouds.RunAsync(cairn, _folder, command.Replace("ROOT", $"{scheme}://{missing}", StringComparison.Ordinal).Split(' '));
                var what = $"{scheme}: {command}: {error}";
                code.ShouldBe(1, what);
                error.ShouldContain($"the {noun} does not exist (NotFound). Check the name of the {noun}", Case.Sensitive, what);
                error.ShouldContain(advice, Case.Sensitive, what);
                error.ShouldContain($"{scheme}://{missing}", Case.Sensitive, what);
                error.ShouldNotContain("List the existing files", Case.Sensitive, what);
                (await File.ReadAllTextAsync(Path.Join(_folder, "f.txt"))).ShouldBe("precious");
            }
        }
    }

    [Theory]
    [InlineData("s3://bucket", "AWS_ENDPOINT_URL", "http://127.0.0.1:PORT")]
    [InlineData("az://data", "AZURE_STORAGE_CONNECTION_STRING", "DefaultEndpointsProtocol=http;AccountName=acme;AccountKey=c2VjcmV0LWtleQ==;BlobEndpoint=http://127.0.0.1:PORT/acme;")]
    [InlineData("gs://bucket", "STORAGE_EMULATOR_HOST", "http://127.0.0.1:PORT")]
    public async Task A_port_that_nobody_listens_at_is_said_while_it_is_tried(string root, string variable, string value)
    {
        var cairn = await builds.PathAsync(Builds.Tool);
        var service = $"http://127.0.0.1:{ClosedPort()}";
        var environment = new Dictionary<string, string>
        {
            ["AWS_REGION"] = "us-east-1",
            ["AWS_ACCESS_KEY_ID"] = "AKIATEST",
            ["AWS_SECRET_ACCESS_KEY"] = "secret",
            [variable] = value.Replace("http://127.0.0.1:PORT", service, StringComparison.Ordinal),
        };
        var (code, _, error) = await Clouds.RunAsync(cairn, _folder, environment, "ls", root);
        (code, error.Count(static c => c == '\n')).ShouldBe((1, 1), error);
        error.ShouldContain("could not be reached (Unavailable)");

        (code, _, error) = await Clouds.RunAsync(cairn, _folder, environment, "--verbose", "ls", root);
        code.ShouldBe(1);
        var notes = error.Split('\n').Where(static l => l.StartsWith("note: ", StringComparison.Ordinal)).ToArray();
        notes.Length.ShouldBe(3, error);
        notes[0].ShouldMatch($@"^note: {service}\S*: .*could not be reached.* \(1 times\); the request is sent again until \d\d:\d\d:\d\dZ$");

        Assert.SkipUnless(File.Exists("/usr/bin/script"), "There is no 'script', which gives a command a terminal.");
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", $"'{cairn}' ls {root}", "/dev/null"]) { WorkingDirectory = _folder, RedirectStandardOutput = true };
        foreach (var (name, text) in environment)
            start.Environment[name] = text;
        using var process = Process.Start(start)!;
        var shown = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        shown.Split("the request is sent again until").Length.ShouldBe(2, shown);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
