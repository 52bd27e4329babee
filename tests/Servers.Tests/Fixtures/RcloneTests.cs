using System.Diagnostics;
using System.Security.Cryptography;
using Cairn.TestServers.Fixtures;
using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;

namespace Cairn.TestServers.Tests.Fixtures;

/// <summary>An independent client, rclone, against servers that it can be pointed at, through the proxy: what it wrote it finds, lists, copies and reads back.</summary>
public sealed class RcloneTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-rclone-").FullName;
    private string? _missing;

    public async ValueTask InitializeAsync()
    {
        try { await ServerScripts.RunAsync("package", ["rclone"], null, TimeSpan.FromMinutes(10), CancellationToken.None); }
        catch (ServerUnavailableException e) { _missing = e.Message; }
        foreach (var (name, size) in new[] { ("a.txt", 5), ("empty", 0), ("dir/sub/one", 100), ("dir/two", 70_000), ("sp ace/ü#%41+&=", 9), ("large", 9_000_001) })
        {
            string path = Path.Join(_folder, "source", name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, RandomNumberGenerator.GetBytes(size));
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Gcs()
    {
        await using var fake = await GcsFake.StartAsync(new GcsFakeOptions { RequireMediaType = false });
        await TripAsync(fake.Endpoint, fake.CreateBucket(), endpoint =>
            $"type = google cloud storage\nanonymous = true\nbucket_policy_only = true\nencoding = None\nendpoint = {endpoint.OriginalString}/storage/v1/");
        fake.OpenUploads.ShouldBe(0);
    }

    [Fact]
    public async Task S3()
    {
        var found = await S3Server.TryStartAsync();
        Assert.SkipUnless(found.Server is not null, found.Reason);
        await TripAsync(found.Server.Endpoint, await found.Server.CreateBucketAsync(),
            endpoint => $"type = s3\nprovider = Other\nforce_path_style = true\nno_check_bucket = true\nencoding = None\naccess_key_id = {found.Server.AccessKey}\nsecret_access_key = {found.Server.SecretKey}\nregion = {found.Server.Region}\nendpoint = {endpoint.OriginalString}");
    }

    [Fact]
    public async Task WebDav()
    {
        var found = await WebDavServer.TryStartAsync();
        Assert.SkipUnless(found.Server is not null, found.Reason);
        Assert.SkipUnless(_missing is null, _missing ?? "");
        string obscured = (await RunAsync("", "obscure", found.Server.Password)).Output.Trim();
        await TripAsync(found.Server.Endpoint, Guid.NewGuid().ToString("N"),
            endpoint => $"type = webdav\nvendor = other\nuser = {found.Server.User}\npass = {obscured}\nurl = {endpoint.OriginalString}");
    }

    [Fact]
    public async Task Gcs_under_faults_ends_whole()
    {
        Assert.SkipUnless(_missing is null, _missing ?? "");
        await using var fake = await GcsFake.StartAsync(new GcsFakeOptions { RequireMediaType = false });
        string bucket = fake.CreateBucket();
        await using var proxy = FaultProxy.Start(fake.Endpoint, new FaultProxyOptions
        {
            Seed = 11,
            Rules = { new FaultRule(FaultKind.Status503, 0.1), new FaultRule(FaultKind.ResetAfterBody, 0.05), new FaultRule(FaultKind.DropResponse, 0.05) }
        });
        string config = $"[r]\ntype = google cloud storage\nanonymous = true\nbucket_policy_only = true\nencoding = None\nendpoint = {proxy.Endpoint.OriginalString}/storage/v1/\n";
        var copy = await RunAsync(config, "copy", "--retries", "20", Path.Join(_folder, "source"), $"r:{bucket}/x");
        copy.Code.ShouldBe(0, $"seed {proxy.Seed}: {copy.Error}\n{proxy.Counters}");
        proxy.Counters.Faults.ShouldBeGreaterThan(0);
        proxy.Clear();
        (await RunAsync(config, "check", "--download", Path.Join(_folder, "source"), $"r:{bucket}/x")).Code.ShouldBe(0);
    }

    private async Task TripAsync(Uri server, string root, Func<Uri, string> remote)
    {
        Assert.SkipUnless(_missing is null, _missing ?? "");
        await using var proxy = FaultProxy.Start(server);
        string config = $"[r]\n{remote(proxy.Endpoint)}\n", source = Path.Join(_folder, "source"), back = Path.Join(_folder, "back");
        async Task MustAsync(params string[] arguments)
        {
            var run = await RunAsync(config, arguments);
            run.Code.ShouldBe(0, $"rclone {string.Join(' ', arguments)}: {run.Error}");
        }
        await MustAsync("copy", source, $"r:{root}/tree");
        await MustAsync("check", "--download", source, $"r:{root}/tree");
        await MustAsync("copy", $"r:{root}/tree", $"r:{root}/again");
        await MustAsync("copy", $"r:{root}/again", back);
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            byte[] written = await File.ReadAllBytesAsync(file), read = await File.ReadAllBytesAsync(Path.Join(back, Path.GetRelativePath(source, file)));
            read.AsSpan().SequenceEqual(written).ShouldBeTrue(file);
        }
        await MustAsync("delete", $"r:{root}");
        (await RunAsync(config, "lsf", "-R", "--files-only", $"r:{root}")).Output.ShouldBeEmpty();
        proxy.Counters.RequestBytes.ShouldBeGreaterThan(9_000_000);
        await RunAsync(config, "purge", $"r:{root}");
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string config, params string[] arguments)
    {
        string path = Path.Join(_folder, "rclone.conf");
        await File.WriteAllTextAsync(path, config);
        var start = new ProcessStartInfo("rclone") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { "--config", path }.Concat(arguments)) start.ArgumentList.Add(argument);
        // Its S3 client refuses a certificate bundle named by the environment.
        start.Environment.Remove("AWS_CA_BUNDLE");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
